export type Writing = {
    voice: import("./words.js").Voice;
    /**
     * of the texts: ltr, rtl, or "" if nobody told
     */
    direction: string;
    link: (line: import("./lines.js").Line) => string;
    /**
     * ms since 1970
     */
    now: number;
};
export declare class LineList {
    #private;
    node: HTMLUListElement;
    /** @param {boolean} copy  a second list for the eye: hidden from assistive technology and from the keyboard */
    constructor(copy: boolean);
    /** @param {readonly import("./lines.js").Line[]} lines @param {Writing} writing @param {boolean} quiet  mark nothing as new or changed */
    show(lines: readonly import("./lines.js").Line[], writing: Writing, quiet: boolean): void;
    clear(): void;
    /** The node of a line, if it is shown. @param {string} id */
    at(id: string): HTMLLIElement | undefined;
    /** The lines shown and their nodes, in order. @returns {[string, HTMLElement][]} */
    entries(): [string, HTMLElement][];
}
