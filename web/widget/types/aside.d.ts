export type Host = import("./breaking-ticker-element.js").BreakingTickerElement;
export type Change = import("./lines.js").Change;
export type Strip = import("./strip.js").Strip;
export type Tools = typeof import("./nodes.js") & {
    first: typeof import("./viewers.js").first;
};
/** @param {Host} host @param {Strip} strip @param {Tools} tools */
export declare function asideOf(host: Host, strip: Strip, tools: Tools): {
    movement: {
        turn: (by: number) => string;
        wake: () => void | undefined;
        tick(): void;
        holds(count: number): boolean;
        show(lines: readonly import("./movement.js").Line[], writing: import("./movement.js").Writing, happened: import("./movement.js").Happened, { display, speed, paused }: {
            display: string;
            speed: number;
            paused: boolean;
        }): void;
    };
    /** In the light tree for as long as the element is in the page. */
    enter(): void;
    leave(): void;
    /**
     * Says what has happened; nothing while paused, to nobody, or twice on a page.
     * @param {Change} change @param {boolean} fresh
     */
    tell(change: Change, fresh: boolean): void;
    /** A second has gone by: lines change places, announcements are over, live is lost for too long. */
    tick(): void;
    /** @param {boolean | undefined} ready @param {number} waiting  lines that wait for the end of a pause */
    draw(ready: boolean | undefined, waiting: number): void;
};
export type Aside = ReturnType<typeof asideOf>;
/** @typedef {ReturnType<typeof asideOf>} Aside */
