/**
 * One live connection to one channel, for as long as somebody wants it. It knows no DOM.
 *
 * What it keeps true: every message is delivered once and in order, and the next link asks for what came after the last
 * one delivered. It returns for ever (full-jitter backoff, so that a restarted server is not met by all viewers at once),
 * except after a close code that ends the matter.
 *
 *   status      meaning                                   leaves by
 *   closed      nobody wants it                           open()
 *   connecting  a transport is on its way                 a message → live · no message in time, a close → waiting
 *   live        messages or heartbeats arrive             silence of two heartbeats, a close, `leaving` → waiting
 *   waiting     the link is lost, the next try is set     the timer, retry() → connecting
 *   ended       no such channel, or refused for good      never
 *
 * Transports are tried in order. One that brings no message is given up after two tries in a row; one that has worked on
 * this page gets eight, since then it is rather the server that is away than a proxy that is in the way.
 */
import { ABNORMAL, EventSourceTransport, WebSocketTransport } from "./transports.js";

/** @typedef {"closed" | "connecting" | "live" | "waiting" | "ended"} Status */

const BACKOFF_FIRST = 500; // ms
const BACKOFF_MOST = 20_000; // ms
const LEAVING_MOST = 60; // s; a server that asks for more is not believed
const OPEN_WITHIN = 10_000; // ms from a try to its first message
const STEADY = 10_000; // ms that a link must last before the next backoff starts from the beginning
const HEARTBEAT = 25; // s, until the server tells its own
const FINAL = new Set([1008, 1009, 4404, 4410]);

const TRANSPORTS = [WebSocketTransport, EventSourceTransport];

/**
 * How long to wait before a try, in ms.
 * @param {number} failures  tries that failed before it
 * @param {number} chance    0 ≤ chance < 1
 */
export function backoff(failures, chance) {
  return chance * Math.min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** Math.min(failures, 10));
}

/**
 * The message in a piece of JSON text, or null if it is none.
 * @param {unknown} data
 * @returns {{type: string, [member: string]: unknown} | null}
 */
export function parse(data) {
  try {
    const message = JSON.parse(/** @type {string} */ (data));
    return message && typeof message.type === "string" ? message : null;
  } catch {
    return null;
  }
}

export class Connection {
  /** @type {Status} */
  status = "closed";

  /** The cursor of the last message delivered: the next link resumes after it. */
  cursor = "";

  /** When live was lost, in ms of the local clock: the last moment at which the list was surely the newest. */
  since = Date.now();

  #options;
  /** @type {import("./transports.js").Transport | null} */
  #transport = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #heartbeat = HEARTBEAT;
  #heard = 0; // ms, when the last message came
  #liveFrom = 0; // ms, when the link became live
  #failures = 0; // tries since the last steady link: sets the backoff
  #unopened = 0; // tries in a row that brought no message: sets the transport
  #preferred = 0; // index of the transport that worked last
  #proven = false; // whether one ever worked

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
  constructor(options) {
    this.#options = { transports: TRANSPORTS, random: Math.random, ...options };
  }

  /** Connects now, wherever the connection stands: after `close()`, or to check a link that may have died unnoticed. */
  open() {
    if (this.status === "ended") return;
    this.#letGo(Date.now());
    this.#connect();
  }

  /** Tries now instead of later, if it is waiting. */
  retry() {
    if (this.status === "waiting") this.open();
  }

  /** Lets go of the link; `open()` comes back by the cursor. */
  close() {
    if (this.status === "ended") return;
    this.#letGo(Date.now());
    this.#become("closed");
  }

  #connect() {
    const { transports } = this.#options;
    const patience = this.#proven ? 8 : 2;
    const index = (this.#preferred + Math.floor(this.#unopened / patience)) % transports.length;
    this.#transport = new transports[index]({
      message: (data) => this.#message(data, index),
      closed: (code) => this.#closed(code),
    });
    this.#become("connecting");
    this.#watch(OPEN_WITHIN);
    try {
      this.#transport.open(this.#address());
    } catch {
      this.#closed(ABNORMAL);
    }
  }

  #address() {
    const { address, topics, limit } = this.#options;
    const asked = new URL(address);
    if (this.cursor) asked.searchParams.set("after", this.cursor);
    asked.searchParams.set("limit", String(limit));
    for (const topic of topics) asked.searchParams.append("topic", topic);
    return asked;
  }

  /** @param {string} data @param {number} index  of the transport that brought it */
  #message(data, index) {
    this.#heard = Date.now();
    const message = parse(data);
    if (message?.type === "leaving") return this.#leave(message.reconnect);
    if (typeof message?.heartbeat === "number" && message.heartbeat > 0) this.#heartbeat = message.heartbeat;
    if (this.status !== "live") {
      this.#preferred = index;
      this.#proven = true;
      this.#unopened = 0;
      this.#liveFrom = this.#heard;
      this.#become("live");
    }
    this.#watch(2 * this.#heartbeat * 1000);
    if (!message) return;
    // The cursor moves even past a message that this widget cannot use, or it would be asked for again for ever.
    if (typeof message.cursor === "string") this.cursor = message.cursor;
    this.#options.deliver(message);
  }

  /** @param {unknown} reconnect  seconds; the server gives each viewer its own */
  #leave(reconnect) {
    const told = typeof reconnect === "number" && reconnect >= 0 && reconnect <= LEAVING_MOST;
    this.#letGo(this.#heard);
    this.#wait(told ? reconnect * 1000 : backoff(this.#failures++, this.#options.random()));
  }

  /** Notices a link that says nothing for too long. @param {number} silence  ms */
  #watch(silence) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#closed(ABNORMAL, this.#heard), silence);
  }

  /** @param {number} code @param {number} [since]  ms, when live was lost, if that was before now */
  #closed(code, since = Date.now()) {
    if (this.status === "live" && since - this.#liveFrom > STEADY) this.#failures = 0;
    // Any other code comes from the server itself: then nothing is in the way of this transport.
    if (this.status === "connecting" && code === ABNORMAL) this.#unopened++;
    this.#letGo(since);
    if (FINAL.has(code)) this.#become("ended");
    else this.#wait(backoff(this.#failures++, this.#options.random()));
  }

  /** @param {number} delay  ms */
  #wait(delay) {
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#become("waiting");
  }

  /** @param {number} since */
  #letGo(since) {
    if (this.status === "live") this.since = since;
    clearTimeout(this.#timer);
    this.#transport?.close();
    this.#transport = null;
  }

  /** @param {Status} status */
  #become(status) {
    if (status === this.status) return;
    this.status = status;
    this.#options.changed(status);
  }
}
