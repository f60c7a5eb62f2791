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

/** The close code of a link that ended without a word (RFC 6455 §7.1.5). */
export const ABNORMAL = 1006;

/** The message types that Server-Sent Events are named after; an unnamed or unknown event is ignored. */
const TYPES = ["snapshot", "resumed", "publish", "correct", "withdraw", "heartbeat", "leaving"];

/** @implements {Transport} */
export class WebSocketTransport {
  /** @type {WebSocket | null} */
  #socket = null;
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** @param {URL} address */
  open(address) {
    const url = new URL(`ws${address.search}`, address);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url); // throws on a page that may not open it (mixed content)
    socket.onmessage = (event) => this.#listener.message(event.data);
    socket.onclose = (event) => {
      this.close();
      this.#listener.closed(event.code);
    };
    this.#socket = socket;
  }

  /** Lets go without waiting for the other side: on a dead link its answer would come after minutes, or never. */
  close() {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }
}

/** @implements {Transport} */
export class EventSourceTransport {
  /** @type {EventSource | null} */
  #source = null;
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** @param {URL} address */
  open(address) {
    const source = new EventSource(new URL(`sse${address.search}`, address));
    for (const type of TYPES) {
      source.addEventListener(type, (event) => {
        if (this.#source === source) this.#listener.message(event.data);
      });
    }
    // The browser would come back by itself, but with the address and so the cursor of the start: ours does better.
    source.onerror = () => {
      this.close();
      this.#listener.closed(ABNORMAL);
    };
    this.#source = source;
  }

  close() {
    this.#source?.close();
    this.#source = null;
  }
}
