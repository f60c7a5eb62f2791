export type Item = import("./line-item.js").Item;
export type Writing = import("./line-item.js").Writing;
export type Line = import("./lines.js").Line;
export declare function displayOf(): {
    viewport: HTMLDivElement;
    keep: (change: () => void) => void;
    turn: (by: number) => string;
    /** @param {string} display @param {number} px  a second */
    become(display: string, px: number): void;
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
