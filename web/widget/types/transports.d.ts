/**
 * The ways to the server. A transport is an object with `open(address)` and `close()`; what happens to it goes to the
 * listener that it was made with. After `close()`, and after `closed`, the listener hears nothing more from it.
 *
 * @typedef {object} Listener
 * @property {(data: string) => void} message  one message of the live protocol, as JSON text
 * @property {(code: number) => void} closed   the link is gone; a WebSocket close code, 1006 when there was none
 *
 * @typedef {object} Transport
 * @property {(address: URL) => void} open  `address` is the channel's, as https://host/v1/channels/en/?after=…
 * @property {() => void} close
 */
export type Listener = {
    /**
     * one message of the live protocol, as JSON text
     */
    message: (data: string) => void;
    /**
     * the link is gone; a WebSocket close code, 1006 when there was none
     */
    closed: (code: number) => void;
};
export type Transport = {
    /**
     * `address` is the channel's, as https://host/v1/channels/en/?after=…
     */
    open: (address: URL) => void;
    close: () => void;
};
/** The close code of a link that ended without a word (RFC 6455 §7.1.5). */
export declare const ABNORMAL = 1006;
/** @implements {Transport} */
export declare class WebSocketTransport implements Transport {
    #private;
    /** @param {Listener} listener */
    constructor(listener: Listener);
    /** @param {URL} address */
    open(address: URL): void;
    /** Lets go without waiting for the other side: on a dead link its answer would come after minutes, or never. */
    close(): void;
}
/** @implements {Transport} */
export declare class EventSourceTransport implements Transport {
    #private;
    /** @param {Listener} listener */
    constructor(listener: Listener);
    /** @param {URL} address */
    open(address: URL): void;
    close(): void;
}
