export type Item = import("./line-item.js").Item;
export type Writing = import("./line-item.js").Writing;
export type Line = import("./lines.js").Line;
/** @typedef {import("./line-item.js").Item} Item */
/** @typedef {import("./line-item.js").Writing} Writing */
/** @typedef {import("./lines.js").Line} Line */
export declare function displayOf(): {
    list: HTMLUListElement;
    viewport: HTMLDivElement;
    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {readonly Item[]} [seen]  items that stay as they are: those of other lines too, and as wide as the same words were
     * @returns {Item[]}  those of lines that are new
     */
    show(lines: readonly Line[], writing: Writing, seen?: readonly Item[]): Item[];
};
export type Display = ReturnType<typeof displayOf>;
/** @typedef {ReturnType<typeof displayOf>} Display */
