/**
 * One live connection to one channel, for as long as somebody wants it. It knows no DOM.
 *
 * What it keeps true: every message is delivered once and in order, and whatever is asked for next is what came after the
 * last one delivered. It returns for ever (full-jitter backoff, so that a restarted server is not met by all viewers at
 * once), except where the server says that there is nothing to come back for.
 *
 * A try begins with a request by HTTP when there is no line to show yet: it is there before a socket can be. So it does
 * after a link that brought nothing, and thereby tells a proxy that is in the way of a socket (the request is answered)
 * from a server that is away (it is not). Only the former makes it change to the next way: WebSocket, Server-Sent Events,
 * polls. Which one worked is remembered for the session of the tab, where the browser allows that.
 */
import { socket } from "./socket.js";

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
export const STATES = {
  closed: { open: "connecting" },
  connecting: { open: "connecting", message: "live", lost: "waiting", refused: "ended", close: "closed" },
  live: { open: "connecting", message: "live", lost: "waiting", refused: "ended", close: "closed" },
  waiting: { open: "connecting", lost: "waiting", refused: "ended", close: "closed" },
  ended: {},
};

const BACKOFF_FIRST = 500; // ms
const BACKOFF_MOST = 20_000; // ms
const BELIEVED = 60; // s: who tells of longer silences or waits is not believed
const SHARED_WITHIN = 2000; // ms that a link of its own waits for what other tabs may have
const OPEN_WITHIN = 10_000; // ms from a try to its first message
const LOOK_EVERY = 5000; // ms; after a sleep of the machine a dead link is noticed that soon
const STEADY = 10_000; // ms that a link must last before the next backoff starts from the beginning
const HEARTBEAT = 25; // s, until the server tells its own
const ABNORMAL = 1006; // the code of a link that ended without a word (RFC 6455 §7.1.5)
const FINAL = [1008, 1009, 4404, 4410];
const NO_MORE = /\/(unknown-channel|invalid-request)$/; // types of problems that end the matter
const RECENT = 99; // messages that are remembered: what may come between a tab that lets go of the link and the next
const BLOCKED = 2; // tries in a row that a way may bring nothing while requests are answered
const PROVEN = 4; // and so many before, on a way that has worked: then it is rather the server that is away

/** @type {(() => Way | Promise<Way>)[]} */
const WAYS = [
  () => socket,
  async () => (await import("./fallbacks.js")).events,
  async () => (await import("./fallbacks.js")).polls,
];

/**
 * How long to wait before a try, in ms.
 * @param {number} failures  tries that failed before it
 * @param {number} chance    0 ≤ chance < 1
 */
export const backoff = (failures, chance) => chance * Math.min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** failures);

/**
 * The message in a piece of JSON text or in what was one, or null if it is none.
 * @param {unknown} data
 * @returns {Message | null}
 */
export function parse(data) {
  try {
    const message = typeof data === "string" ? JSON.parse(data) : data;
    return typeof message.type === "string" ? message : null;
  } catch {
    return null;
  }
}

/** Which way to begin with: what the fallbacks noted when they worked. */
function remembered() {
  try {
    const way = Number(sessionStorage.getItem("ticker:way"));
    return way in WAYS ? way : 0;
  } catch {
    return 0; // storage may be forbidden
  }
}

export class Connection {
  /** @type {Status} */
  status = "closed";

  /** The cursor of the last message delivered: what is asked for is what came after it. */
  cursor = "";

  /** The last messages delivered that have a cursor, the newest first. @type {Message[]} */
  recent = [];

  /** When live was lost, in ms of the local clock: the last moment at which the lines were surely the newest. */
  since = Date.now();

  /** How long the link may be silent before it counts as dead, in ms: two heartbeats. */
  silence = 2000 * HEARTBEAT;

  /** Tells the tabs that follow. @type {(message: Message, after: string) => void} */
  tell = () => {};

  /** Ends with the state of the connection; connecting and live are one. */
  stay = new AbortController();

  #options;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #heard = 0; // ms, when the last message came
  #liveFrom = 0; // ms, when the link became live
  #failures = 0; // tries since the last steady link: sets the backoff
  #fruitless = 0; // tries in a row that brought nothing by this way; negative while it has the benefit of the doubt
  #answered = false; // whether the request of this try was
  #way = remembered();

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
  constructor(options) {
    this.#options = { ways: WAYS, ...options };
  }

  /** Connects now, wherever the connection stands: after `close()`, or to check a link that may have died unnoticed. */
  open() {
    if (this.#go("open")) this.#connect();
  }

  /** Connects now, unless it is connected or about to be. */
  retry() {
    if (/closed|waiting/.test(this.status)) this.open();
  }

  /** Lets go of everything; `open()` comes back by the cursor. */
  close() {
    this.#go("close");
  }

  /** Takes the link for dead, as a WebSocket that ended with this code. @param {number} [code] @param {number} [since]  ms */
  lose(code = ABNORMAL, since = Date.now()) {
    if (this.status === "live" && since - this.#liveFrom > STEADY) this.#failures = 0;
    // Another code comes from the server itself: then nothing is in the way.
    if (this.status === "connecting" && code === ABNORMAL && (this.#answered || this.#fruitless <= 0)) this.#fruitless++;
    if (this.#fruitless >= BLOCKED) {
      this.#fruitless = 0;
      this.#way = (this.#way + 1) % this.#options.ways.length;
    }
    if (FINAL.includes(code)) this.#go("refused");
    else this.#wait(since);
  }

  async #connect() {
    const { signal } = this.stay;
    const { share, ways } = this.#options;
    this.#answered = false;
    this.#watch(OPEN_WITHIN);
    try {
      const first = !this.cursor && this.#ask(signal); // shown as soon as it is there, whoever leads
      // Without what shares this tab has a link of its own; where that takes too long, until it has come.
      const late = new Promise((go) => setTimeout(go, SHARED_WITHIN));
      const joined = share && import("./sharing.js").then((sharing) => sharing.join(this, share, signal, late)).catch(() => null);
      if (await Promise.race([joined, late])) return;
      this.#answered = await (first || (this.#fruitless > 0 && this.#ask(signal)));
      const way = await ways[this.#way]();
      if (signal.aborted) return;
      way(
        (path) => this.#at(path),
        (data) => {
          if (signal.aborted) return;
          this.#fruitless = -PROVEN;
          this.receive(data);
        },
        (code) => signal.aborted || this.lose(code),
        signal,
      );
    } catch {
      if (!signal.aborted) this.lose(); // the page may not open it, or what is loaded on demand did not come
    }
  }

  /** Takes in the lines, or what came since, by a request of its own; says whether it was answered. @param {AbortSignal} signal */
  async #ask(signal) {
    const { cursor } = this;
    const body = await fetch(this.#at("lines"), { signal, credentials: "omit" }).then((answer) => answer.json()).catch(() => null);
    if (!body || signal.aborted || cursor !== this.cursor) return false; // or another tab was sooner
    if (NO_MORE.test(body.type)) return this.#go("refused");
    for (const message of body.events ?? [body]) if (parse(message)) this.#deliver(message);
    return Boolean(body.cursor);
  }

  /** @param {string} path */
  #at(path) {
    const { address, topics, limit } = this.#options;
    const after = this.cursor && `after=${encodeURIComponent(this.cursor)}&`;
    const among = topics.map((topic) => `&topic=${topic}`).join("");
    return new URL(`${path}?${after}limit=${limit}${among}`, address);
  }

  /** Takes in what came over the link, or from another tab. @param {unknown} data */
  receive(data) {
    this.#heard = Date.now();
    const message = parse(data);
    if (message?.type === "leaving") {
      // The server stops, or the tab that leads waits: with the seconds until this viewer is to return.
      const { reconnect } = message;
      return this.#wait(this.#heard, reconnect >= 0 && reconnect <= BELIEVED ? reconnect * 1000 : undefined);
    }
    const heartbeat = message?.heartbeat;
    if (heartbeat > 0 && heartbeat <= BELIEVED) this.silence = 2000 * heartbeat;
    if (this.status !== "live") {
      this.#liveFrom = this.#heard;
      this.#go("message");
    }
    this.#watch(this.silence);
    if (message) this.#deliver(message);
  }

  /** @param {Message} message */
  #deliver(message) {
    const after = this.cursor;
    // The cursor moves even past a message that this widget cannot use, or it would be asked for again for ever.
    if (typeof message.cursor === "string") {
      this.cursor = message.cursor;
      this.recent = [message, ...this.recent.slice(0, RECENT)];
    }
    this.tell(message, after);
    this.#options.deliver(message);
  }

  /** Notices a link that says nothing for too long, by the clock: a machine that slept wakes with timers that did not run. */
  #watch(/** @type {number} */ silence, from = Date.now()) {
    const left = from + silence - Date.now();
    clearTimeout(this.#timer);
    if (left <= 0) this.lose(ABNORMAL, this.#heard);
    else this.#timer = setTimeout(() => this.#watch(silence, from), Math.min(left, LOOK_EVERY));
  }

  /** Waits for the next try, which those who follow are told. @param {number} since  ms @param {number} [delay]  ms */
  #wait(since, delay = backoff(this.#failures++, Math.random())) {
    this.tell({ type: "leaving", reconnect: delay / 1000 }, "");
    this.#go("lost", since, delay);
  }

  /**
   * Goes to the state that an event leads to, if it leads anywhere.
   * @param {string} event
   * @param {number} [since]  ms, when live was lost
   * @param {number} [delay]  ms until the next try
   */
  #go(event, since = Date.now(), delay) {
    const { stay } = this;
    const [before, status] = [this.status, STATES[this.status][event]];
    if (!status) return false;
    this.status = status;
    if (event !== "message") {
      clearTimeout(this.#timer);
      if (event === "lost") this.#timer = setTimeout(() => this.open(), delay);
      this.tell = () => {};
      this.stay = new AbortController();
      if (before === "live") this.since = since;
      stay.abort();
    }
    if (status !== before) this.#options.changed(status);
    return true;
  }
}
