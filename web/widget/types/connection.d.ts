export type Status = "closed" | "connecting" | "live" | "waiting" | "ended";
export type Message = {
    type: string;
    [member: string]: any;
};
export type Way = (at: (path: string) => URL, message: (data: unknown) => void, closed: (code?: number) => void, signal: AbortSignal) => any;
export type Share = {
    /**
     * the same in all tabs that ask for the same
     */
    name: string;
    /**
     * gives the members of a snapshot message that only the lines know
     */
    snapshot: () => object;
};
/** @typedef {"closed" | "connecting" | "live" | "waiting" | "ended"} Status */
/** @typedef {{type: string, [member: string]: any}} Message */
/**
 * A way to the server. It closes when the signal says so; what it tells later is not heard.
 * @callback Way
 * @param {(path: string) => URL} at  gives the address of what to ask for next, below the channel's
 * @param {(data: unknown) => void} message  takes a message of the live protocol, or JSON text that should be one
 * @param {(code?: number) => void} closed  takes the close code of a WebSocket, where there was one
 * @param {AbortSignal} signal
 *
 * What tabs need to share one link.
 * @typedef {object} Share
 * @property {string} name  the same in all tabs that ask for the same
 * @property {() => object} snapshot  gives the members of a snapshot message that only the lines know
 */
/**
 * What happens in each state, and the state after it; what is not here does not happen. docs/protocol.md shows this table.
 * @type {Record<Status, Record<string, Status>>}
 */
export declare const STATES: Record<Status, Record<string, Status>>;
/**
 * How long to wait before a try, in ms.
 * @param {number} failures  tries that failed before it
 * @param {number} chance    0 ≤ chance < 1
 */
export declare const backoff: (failures: number, chance: number) => number;
/**
 * The message in a piece of JSON text or in what was one, or null if it is none.
 * @param {unknown} data
 * @returns {Message | null}
 */
export declare function parse(data: unknown): Message | null;
export declare class Connection {
    #private;
    /** @type {Status} */
    status: Status;
    /** The cursor of the last message delivered: what is asked for is what came after it. */
    cursor: string;
    /** The last messages delivered that have a cursor, the newest first. @type {Message[]} */
    recent: Message[];
    /** When live was lost, in ms of the local clock: the last moment at which the lines were surely the newest. */
    since: number;
    /** How long the link may be silent before it counts as dead, in ms: two heartbeats. */
    silence: number;
    /** Tells the tabs that follow. @type {(message: Message, after: string) => void} */
    tell: (message: Message, after: string) => void;
    /** Ends with the state of the connection; connecting and live are one. */
    stay: AbortController;
    /**
     * @param {object} options
     * @param {URL} options.address  the channel's, as https://host/v1/channels/en/
     * @param {readonly string[]} options.topics  lines with any of them; all lines if empty
     * @param {number} options.limit  how many lines a snapshot holds at most, 1 to 100
     * @param {(message: Message) => void} options.deliver
     * @param {(status: Status) => void} options.changed
     * @param {Share} [options.share]  with other tabs
     * @param {(() => Way | Promise<Way>)[]} [options.ways]
     */
    constructor(options: {
        address: URL;
        topics: readonly string[];
        limit: number;
        deliver: (message: Message) => void;
        changed: (status: Status) => void;
        share?: Share;
        ways?: (() => Way | Promise<Way>)[];
    });
    /** Connects now, wherever the connection stands: after `close()`, or to check a link that may have died unnoticed. */
    open(): void;
    /** Connects now, unless it is connected or about to be. */
    retry(): void;
    /** Lets go of everything; `open()` comes back by the cursor. */
    close(): void;
    /** Takes the link for dead, as a WebSocket that ended with this code. @param {number} [code] @param {number} [since]  ms */
    lose(code?: number, since?: number): void;
    /** Takes in what came over the link, or from another tab. @param {unknown} data */
    receive(data: unknown): void;
}
