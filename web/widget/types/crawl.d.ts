export type Item = import("./line-item.js").Item;
/** @param {import("./display.js").Display} display @param {import("./movement.js").Reader} reader @returns {import("./movement.js").Way} */
export declare function crawlOf(display: import("./display.js").Display, reader: import("./movement.js").Reader): import("./movement.js").Way;
