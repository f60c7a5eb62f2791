export type Host = import("./breaking-ticker-element.js").BreakingTickerElement;
export type Line = import("./lines.js").Line;
/** @param {Host} host @param {(text: string) => void} say  to a screen reader */
export declare function stripOf(host: Host, say: (text: string) => void): {
    node: HTMLDivElement;
    readonly voice: {
        language: string;
        words: import("./words.js").Words;
        hour: (at: Date) => string;
        ago(at: number, now: number): string;
        readonly later: import("./later-words.js").LaterWords | undefined;
        fresh: (count: number) => string;
    };
    /** A second has gone by. */
    age(): void;
    /**
     * Brings all to what is so now; writes only what differs.
     * @param {import("./viewers.js").Viewer | undefined} viewer
     * @param {number} waiting  lines that wait for the end of a pause
     * @param {boolean} lost    whether to say that the lines are not live
     * @param {Partial<import("./lines.js").Change>} change  what has just happened
     */
    draw(viewer: import("./viewers.js").Viewer | undefined, waiting: number, lost: boolean, change: Partial<import("./lines.js").Change>): string;
};
