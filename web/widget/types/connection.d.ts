export type Status = "closed" | "connecting" | "live" | "waiting" | "ended";
/**
 * How long to wait before a try, in ms.
 * @param {number} failures  tries that failed before it
 * @param {number} chance    0 ≤ chance < 1
 */
export declare function backoff(failures: number, chance: number): number;
/**
 * The message in a piece of JSON text, or null if it is none.
 * @param {unknown} data
 * @returns {{type: string, [member: string]: unknown} | null}
 */
export declare function parse(data: unknown): {
    type: string;
    [member: string]: unknown;
} | null;
export declare class Connection {
    #private;
    /** @type {Status} */
    status: Status;
    /** The cursor of the last message delivered: the next link resumes after it. */
    cursor: string;
    /** When live was lost, in ms of the local clock: the last moment at which the list was surely the newest. */
    since: number;
    /**
     * @param {object} options
     * @param {URL} options.address  the channel's, as https://host/v1/channels/en/
     * @param {readonly string[]} options.topics  lines with any of them; all lines if empty
     * @param {number} options.limit  how many lines a snapshot holds at most, 1 to 100
     * @param {(message: {type: string, [member: string]: unknown}) => void} options.deliver
     * @param {(status: Status) => void} options.changed
     * @param {readonly (new (listener: import("./transports.js").Listener) => import("./transports.js").Transport)[]} [options.transports]
     * @param {() => number} [options.random]
     */
    constructor(options: {
        address: URL;
        topics: readonly string[];
        limit: number;
        deliver: (message: {
            type: string;
            [member: string]: unknown;
        }) => void;
        changed: (status: Status) => void;
        transports?: readonly (new (listener: import("./transports.js").Listener) => import("./transports.js").Transport)[];
        random?: () => number;
    });
    /** Connects now, wherever the connection stands: after `close()`, or to check a link that may have died unnoticed. */
    open(): void;
    /** Tries now instead of later, if it is waiting. */
    retry(): void;
    /** Lets go of the link; `open()` comes back by the cursor. */
    close(): void;
}
