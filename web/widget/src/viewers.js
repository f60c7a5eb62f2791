/**
 * The viewers of this page: one connection and one list of lines for all elements that ask for the same, one timer and one
 * set of page listeners for all of them. A viewer lives while an element holds it.
 */
import { Connection } from "./connection.js";
import { Lines } from "./lines.js";

/** @typedef {import("./lines.js").Change} Change */

/**
 * What an element asks for.
 * @typedef {object} Wish
 * @property {string} server   as https://ticker.example, without a slash at the end
 * @property {string} channel
 * @property {readonly string[]} topics
 * @property {number} limit
 *
 * Who is told; the element.
 * @typedef {object} Holder
 * @property {(change: Change, fresh: boolean) => void} changed  `fresh`: it happens now, and is not caught up with
 * @property {() => void} status
 * @property {() => void} tick  about once a second
 */

const TICK = 1000; // ms

export class Viewer {
  /** The edition's language (BCP 47) and direction, once the server has told. */
  language = "";
  direction = "";
  /** Whether a snapshot has come: until then there is nothing to show instead of what the page put there. */
  ready = false;

  /** @type {Set<Holder>} */
  holders = new Set();
  lines;
  connection;
  #resumedAt = 0; // ms by the server's clock: what is older is caught up with, not news

  /** @param {Wish} wish */
  constructor({ server, channel, topics, limit }) {
    this.lines = new Lines(limit);
    this.connection = new Connection({
      address: new URL(`${server}/v1/channels/${channel}/`),
      topics,
      limit,
      deliver: (message) => this.#deliver(message),
      changed: () => this.#tell((holder) => holder.status()),
    });
  }

  /** The server's time, in ms since 1970. */
  get now() {
    return Date.now() + this.lines.offset;
  }

  /** @param {import("./lines.js").Message} message */
  #deliver(message) {
    const change = this.lines.apply(message, Date.now());
    if (message.type === "snapshot" || message.type === "resumed") this.#resumedAt = this.now;
    if (!change) return;
    if (change.type === "snapshot") this.#edition(message);
    const fresh = "line" in change && change.line.updated > this.#resumedAt;
    this.#tell((holder) => holder.changed(change, fresh));
  }

  /** @param {import("./lines.js").Message} message */
  #edition({ language, direction }) {
    this.ready = true;
    this.language = typeof language === "string" ? language : "";
    this.direction = direction === "rtl" || direction === "ltr" ? direction : "";
  }

  /** @param {(holder: Holder) => void} tell */
  #tell(tell) {
    for (const holder of [...this.holders]) tell(holder);
  }
}

/** @type {Map<string, Viewer>} */
const viewers = new Map();
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/** @param {Wish} wish */
const name = (wish) => JSON.stringify([wish.server, wish.channel, wish.topics, wish.limit]);

/**
 * Gives the viewer for a wish, connecting it if nobody on the page has the same. `drop` it later.
 * @param {Wish} wish
 * @param {Holder} holder
 */
export function hold(wish, holder) {
  const viewer = viewers.get(name(wish)) ?? new Viewer(wish);
  viewer.holders.add(holder);
  if (!viewers.size) wake();
  if (!viewers.has(name(wish))) {
    viewers.set(name(wish), viewer);
    viewer.connection.open();
  }
  return viewer;
}

/** @param {Viewer} viewer @param {Holder} holder */
export function drop(viewer, holder) {
  viewer.holders.delete(holder);
  if (viewer.holders.size) return;
  viewer.connection.close();
  for (const [wish, known] of viewers) if (known === viewer) viewers.delete(wish);
  if (!viewers.size) sleep();
}

/** @param {(connection: Connection) => void} act */
function each(act) {
  for (const viewer of viewers.values()) act(viewer.connection);
}

// A page with an open socket is kept out of the back-forward cache, and a frozen one finds its socket dead: let go, return.
const letGo = () => each((connection) => connection.close());
const comeBack = () => each((connection) => connection.status === "closed" && connection.open());
const changeNetwork = () => each((connection) => connection.open()); // a socket of the old network may be dead unnoticed
const look = () => document.visibilityState === "visible" && each((connection) => connection.retry());

/** @type {readonly [EventTarget, string, () => void][]} */
const PAGE = [
  [window, "pagehide", letGo],
  [document, "freeze", letGo],
  [window, "pageshow", comeBack],
  [document, "resume", comeBack],
  [window, "online", changeNetwork],
  [document, "visibilitychange", look],
];

function wake() {
  for (const [target, type, act] of PAGE) target.addEventListener(type, act);
  timer = setInterval(() => {
    for (const viewer of viewers.values()) for (const holder of [...viewer.holders]) holder.tick();
  }, TICK);
}

function sleep() {
  for (const [target, type, act] of PAGE) target.removeEventListener(type, act);
  clearInterval(timer);
}
