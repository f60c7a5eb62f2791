export type Line = import("./lines.js").Line;
export type Writing = {
    voice: import("./words.js").Voice;
    /**
     * of the texts: a BCP 47 tag
     */
    language: string;
    /**
     * of the texts: ltr, rtl, or "" if nobody told
     */
    direction: string;
    link: (line: Line) => string;
    /**
     * ms since 1970
     *
     * A line's element; `id` is the line's.
     */
    now: number;
};
export type Item = HTMLLIElement & {
    expires: number;
    fill: (line: Line, writing: Writing, timed?: boolean) => void;
};
/** @returns {Item} */
export declare function itemOf(): Item;
