export type Host = import("./breaking-ticker-element.js").BreakingTickerElement;
export type Line = import("./lines.js").Line;
/** @typedef {import("./breaking-ticker-element.js").BreakingTickerElement} Host */
/** @typedef {import("./lines.js").Line} Line */
/** @param {Host} host */
export declare function stripOf(host: Host): {
    node: HTMLDivElement;
    controls: HTMLDivElement;
    display: {
        list: HTMLUListElement;
        viewport: HTMLDivElement;
        show(lines: readonly import("./display.js").Line[], writing: import("./display.js").Writing, seen?: readonly import("./display.js").Item[]): import("./display.js").Item[];
    };
    readonly voice: {
        language: string;
        words: import("./words.js").Words;
        ago(at: number, now: number): string;
    };
    /** Whether the page put something inside the element. */
    readonly inside: boolean;
    /**
     * Brings all to what is so now; writes only what differs.
     * @param {import("./viewers.js").Viewer | undefined} viewer
     * @param {import("./movement.js").Movement | undefined} movement  without it the lines stand still
     * @param {import("./movement.js").Happened} change  what has just happened
     */
    draw(viewer: import("./viewers.js").Viewer | undefined, movement: import("./movement.js").Movement | undefined, change: import("./movement.js").Happened): void;
};
export type Strip = ReturnType<typeof stripOf>;
/** @typedef {ReturnType<typeof stripOf>} Strip */
