/**
 * The reader's place among lines that stand in a row or a column: around every change it is remembered and given back.
 * It is that of the line which the reader points at or is at by keyboard, else of the first one in view.
 */
/** @typedef {import("./line-item.js").Item} Item */
export type Item = import("./line-item.js").Item;
/**
 * @param {import("./display.js").Display} display
 * @param {import("./movement.js").Reader} reader
 * @param {boolean} across  whether they stand in a row
 * @param {() => Item[]} items  in the order in which they stand
 */
export declare function placeOf({ list, viewport }: import("./display.js").Display, reader: import("./movement.js").Reader, across: boolean, items: () => Item[]): {
    scale: () => number;
    start: (item: Item) => number;
    end: (item: Item) => number;
    room: () => number;
    view: () => import("./line-item.js").Item[];
    pad: (before: number, behind: number) => void;
    readonly lead: number;
    around: (change: () => void) => () => number;
    settle: (off: () => number) => void;
    /**
     * Makes a change to lines that stand in their own order. Whoever looks at the newest one goes on doing so, as soon as
     * they are not at the lines.
     * @param {() => void} change
     */
    keep(change: () => void): void;
};
export type Place = ReturnType<typeof placeOf>;
/** @typedef {ReturnType<typeof placeOf>} Place */
