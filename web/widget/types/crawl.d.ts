export type Line = import("./lines.js").Line;
export type Seen = {
    id: string;
    start: number;
    end: number;
};
export declare class Crawl {
    #private;
    node: HTMLDivElement;
    constructor();
    /** Call when the display comes into a document; `stop` when it goes. */
    start(): void;
    stop(): void;
    /** px of the track that have gone past the inline start. */
    get offset(): number;
    /**
     * Holds the lines still for a reason, or no longer; they move when there is none.
     * @param {"paused" | "focused" | "reduced"} reason @param {boolean} still
     */
    still(reason: "paused" | "focused" | "reduced", still: boolean): void;
    /**
     * @param {readonly Line[]} lines
     * @param {readonly Line[]} held  these and older ones, which may still be in view
     * @param {import("./line-list.js").Writing} writing
     * @param {boolean} quiet  mark nothing as new or changed
     */
    show(lines: readonly Line[], held: readonly Line[], writing: import("./line-list.js").Writing, quiet: boolean): void;
    /** Shows no line, as before the first. */
    clear(): void;
}
