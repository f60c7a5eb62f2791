/**
 * How the lines go by: style makes of the one list a strip that crawls, one line at a time, or a column; what differs here is
 * which line comes next, and along which axis the reader's place is kept.
 *
 * The lines go by as a belt. In the crawl they stand in a row, and one animation of the list's `transform`, run by the
 * compositor, moves them; no script runs per frame. About once a second those that have left at the start are put to the
 * end of the belt, unseen, and room as wide takes their place: what is in view stays where it is in the list, so that no
 * browser counts it as a shift. Everything comes and goes at that seam: news stands right behind what is in view, however
 * long the round, and the lines after it go on where they were. What is in view keeps its place until it has gone by: a
 * withdrawn line leaves it empty, a shorter correction as wide, a longer one stands in it in smaller rows; what newer lines
 * pushed out is shown to its end. Each line is there once, so nothing is hidden from anybody. One line at a time: the first
 * of the belt.
 *
 * A crawl that stands still (the reader paused, or follows links by keyboard) is a row that scrolls, in the order of the
 * belt, and closes over a withdrawn line, whose gap might never be out of view; who wants no motion has it in the order of
 * the lines. Around every change the first line in view is remembered and put back where it stood. Where nothing in view is
 * to stay, as when another channel comes, all starts at the beginning.
 */
/** @typedef {import("./line-item.js").Item} Item */
/** @typedef {import("./line-item.js").Writing} Writing */
/** @typedef {import("./lines.js").Line} Line */
export type Item = import("./line-item.js").Item;
export type Writing = import("./line-item.js").Writing;
export type Line = import("./lines.js").Line;
/** Takes a display over. @param {import("./display.js").Display} display */
export declare function movementOf({ list, viewport, show }: import("./display.js").Display): {
    keep: (change: () => void) => void;
    turn: (by: number) => string;
    /** @param {string} display @param {number} px  a second */
    become(display: string, px: number): void;
    /** The page has come in sight: what has gone by meanwhile comes again. */
    wake(): void;
    /** A second has gone by: the line that stands alone gives way once it has had time to be read. */
    age(): void;
    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {{type?: string, id?: string, line?: Line}} happened  a change that has just come
     */
    show(lines: readonly Line[], writing: Writing, { type, id, line: changed }: {
        type?: string;
        id?: string;
        line?: Line;
    }): void;
};
export type Movement = ReturnType<typeof movementOf>;
/** @typedef {ReturnType<typeof movementOf>} Movement */
