/**
 * One line alone at a time. News comes next, then the round goes on where it was; the reader's buttons go along the lines in
 * their own order. A line that is higher than its place is shown in parts, to its end, before another one comes.
 */
/** @typedef {import("./line-item.js").Item} Item */
export type Item = import("./line-item.js").Item;
/** s that it takes to read a line, or a part of it. @param {Item | undefined} item @param {number} [part]  0 < part ≤ 1 */
export declare const toRead: (item: Item | undefined, part?: number) => number;
/** @param {import("./display.js").Display} display @param {import("./movement.js").Reader} reader @returns {import("./movement.js").Way} */
export declare function rotateOf({ list, viewport }: import("./display.js").Display, reader: import("./movement.js").Reader): import("./movement.js").Way;
