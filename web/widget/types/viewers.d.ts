/**
 * The viewers of this page: one connection and one list of lines for all elements that ask for the same, one
 * timer and one set of page listeners for all of them. A viewer lives while an element holds it.
 */
import { Connection } from "./connection.js";
import { Lines } from "./lines.js";
export type Change = import("./lines.js").Change;
export type Message = import("./connection.js").Message;
export type Wish = {
    /**
     * as https://ticker.example, without a slash at the end
     */
    server: string;
    channel: string;
    topics: readonly string[];
    /**
     * Who is told; the element.
     */
    limit: number;
};
export type Holder = {
    /**
     * `fresh`: it happens now, and is not caught up with
     */
    changed: (change: Change, fresh: boolean) => void;
    status: () => void;
    /**
     * about once a second, while the page is in sight
     */
    tick: () => void;
};
export declare class Viewer {
    #private;
    /** The edition's language (BCP 47) and direction, once the server has told. */
    language: string;
    direction: string;
    /** Whether a snapshot has come: until then there is nothing to show instead of what the page put there. */
    ready: boolean;
    /** @type {Set<Holder>} */
    holders: Set<Holder>;
    lines: Lines;
    connection: Connection;
    /** @param {Wish} wish */
    constructor(wish: Wish);
    /** The server's time, in ms since 1970. */
    get now(): number;
    /** Holds so many lines at least; before they have come, those that there are stay. @param {number} limit */
    widen(limit: number): void;
}
/** Whether this is the first time on the page. @param {string} what */
export declare function first(what: string): boolean;
/**
 * Gives the viewer for a wish, connecting it if nobody on the page has the same. `drop` it later.
 * @param {Wish} wish
 * @param {Holder} holder
 */
export declare function hold(wish: Wish, holder: Holder): Viewer;
/** @param {Viewer} viewer @param {Holder} holder */
export declare function drop(viewer: Viewer, holder: Holder): void;
