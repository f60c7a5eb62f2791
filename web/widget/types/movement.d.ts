export type Item = import("./line-item.js").Item;
export type Writing = import("./line-item.js").Writing;
export type Line = import("./lines.js").Line;
export type Happened = {
    type?: string;
    id?: string;
    line?: Line;
};
export type Reader = {
    /**
     * whether they point at the lines, or are in them by keyboard, or at the buttons that turn them
     */
    near: () => boolean;
    /**
     * whether they want no motion
     *
     * One way for lines to go by.
     */
    still: () => boolean;
};
export type Way = {
    /**
     * makes a change around which what is read stays where it is
     */
    keep: (change: () => void) => void;
    /**
     * the lines in view
     */
    view: () => Item[];
    /**
     * starts at the beginning: the newest line, at the start; or alone, this one
     */
    begin: (first?: Item) => void;
    /**
     *   Before lines come and go: gives those that stay as they are, for now.
     */
    ready: (lines: readonly Line[], writing: Writing, happened: Happened) => Item[];
    /**
     * after it: puts those that are new where they belong
     */
    place: (news: Item[], older: Item[]) => void;
    /**
     * by a button, 1: the next line, -1: the one before; gives what it says
     */
    turn?: (by: number) => string;
    /**
     * a second has gone by
     */
    tick?: () => void;
    /**
     * the page has come in sight
     */
    wake?: () => void;
};
/** Takes a display over. @param {import("./display.js").Display} display */
export declare function movementOf(display: import("./display.js").Display): {
    /** @param {number} by */
    turn: (by: number) => string;
    wake: () => void | undefined;
    /** A second has gone by. */
    tick(): void;
    /**
     * Whether news has to wait: the reader is at the lines, and it would move them; or wants no motion, and what it would
     * move has not stood long enough since to be read.
     * @param {number} count  of new lines
     */
    holds(count: number): boolean;
    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {Happened} happened
     * @param {{display: string, speed: number, paused: boolean}} host
     */
    show(lines: readonly Line[], writing: Writing, happened: Happened, { display, speed, paused }: {
        display: string;
        speed: number;
        paused: boolean;
    }): void;
};
export type Movement = ReturnType<typeof movementOf>;
/** @typedef {ReturnType<typeof movementOf>} Movement */
