/**
 * The viewers of this page: one connection and one list of lines for all elements that ask for the same, one
 * timer and one set of page listeners for all of them. A viewer lives while an element holds it.
 */
import { Connection } from "./connection.js";
import { Lines } from "./lines.js";

/** @typedef {import("./lines.js").Change} Change */
/** @typedef {import("./connection.js").Message} Message */

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
 * @property {() => void} tick  about once a second, while the page is in sight
 */

const TICK = 1000; // ms
const UNSEEN = 30_000; // ms that a page out of sight keeps its connection
const TOLD_MOST = 500;
const PROTOCOL = 1; // tabs with other versions of the widget share a link as long as this number is the same

const seen = () => !document.hidden;

export class Viewer {
  /** The edition's language (BCP 47) and direction, once the server has told. */
  language = "";
  direction = "";
  /** Whether a snapshot has come: until then there is nothing to show instead of what the page put there. */
  ready = false;

  /** @type {Set<Holder>} */
  holders = new Set();
  lines = new Lines(0);
  connection;
  #wish;
  #liveFrom = Infinity; // ms by the local clock: what is older is caught up with, not news

  /** @param {Wish} wish */
  constructor(wish) {
    this.#wish = wish;
    this.connection = this.#connection();
  }

  /** The server's time, in ms since 1970. */
  get now() {
    return Date.now() + this.lines.offset;
  }

  /** Holds so many lines at least; before they have come, those that there are stay. @param {number} limit */
  widen(limit) {
    if (limit <= this.lines.limit) return;
    this.lines.limit = limit;
    this.connection.close();
    this.connection = this.#connection();
    this.connection.open();
  }

  #connection() {
    const { server, channel, topics } = this.#wish;
    const { limit } = this.lines;
    return new Connection({
      address: new URL(`${server}/v1/channels/${channel}/`),
      topics,
      limit,
      share: {
        name: `ticker:${server}:${PROTOCOL}:${[channel, limit, ...topics]}`,
        snapshot: () => ({ language: this.language, direction: this.direction, now: this.now, lines: this.lines.at(Date.now()) }),
      },
      deliver: (message) => this.#deliver(message),
      changed: (status) => this.#stand(status),
    });
  }

  /** @param {Message} message */
  #deliver(message) {
    const change = this.lines.apply(message, Date.now());
    if (!change) return;
    const { language = "", direction = "" } = message;
    if (change.type === "snapshot") Object.assign(this, { ready: true, language: `${language}`, direction });
    const fresh = "line" in change && change.line.updated - this.lines.offset > this.#liveFrom;
    this.#tell((holder) => holder.changed(change, fresh));
  }

  /** @param {import("./connection.js").Status} status */
  #stand(status) {
    this.#liveFrom = status === "live" ? Date.now() : Infinity;
    this.#tell((holder) => holder.status());
    end(this);
  }

  /** @param {(holder: Holder) => void} tell */
  #tell(tell) {
    for (const holder of [...this.holders]) tell(holder);
  }
}

/** What this page has been told, by all elements together. @type {Set<string>} */
const told = new Set();

/** Whether this is the first time on the page. @param {string} what */
export function first(what) {
  if (told.size > TOLD_MOST) told.delete(/** @type {string} */ (told.values().next().value));
  return told.size < told.add(what).size;
}

/** @type {Map<string, Viewer>} */
const viewers = new Map();
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let unseen;

/**
 * Gives the viewer for a wish, connecting it if nobody on the page has the same. `drop` it later.
 * @param {Wish} wish
 * @param {Holder} holder
 */
export function hold(wish, holder) {
  if (!viewers.size) wake();
  const name = `${[wish.server, wish.channel, ...wish.topics]}`;
  const viewer = viewers.get(name) ?? new Viewer(wish);
  viewers.set(name, viewer);
  viewer.holders.add(holder);
  // Elements that come together are all known then, and the longest list decides.
  queueMicrotask(() => {
    if (viewer.holders.has(holder)) viewer.widen(wish.limit);
    if (!seen()) look(); // also a page that has let go of its connections while out of sight
  });
  return viewer;
}

/** @param {Viewer} viewer @param {Holder} holder */
export function drop(viewer, holder) {
  viewer.holders.delete(holder);
  end(viewer);
}

/** Ends a viewer that nobody holds, but none that is about to connect: browsers warn of that. @param {Viewer} viewer */
function end(viewer) {
  if (viewer.holders.size || viewer.connection.status === "connecting") return;
  viewer.connection.close();
  for (const [name, known] of viewers) if (known === viewer) viewers.delete(name);
  if (!viewers.size) sleep();
}

/** @param {(connection: Connection) => void} act */
function each(act) {
  for (const viewer of viewers.values()) act(viewer.connection);
}

const leave = () => each((connection) => connection.close());

function look() {
  clearTimeout(unseen);
  if (!seen()) unseen = setTimeout(leave, UNSEEN);
  else each((connection) => connection.retry());
}

function tick() {
  if (seen()) for (const viewer of viewers.values()) for (const holder of [...viewer.holders]) holder.tick();
}

/**
 * What the page goes through. One that holds a socket, a lock or a channel is kept out of the back-forward cache, and a frozen
 * one finds its socket dead: let go, and return.
 * @type {Record<string, () => void>}
 */
const PAGE = {
  pagehide: leave,
  freeze: leave,
  pageshow: look,
  resume: look,
  visibilitychange: look,
  online: () => each((connection) => connection.status === "closed" || connection.open()), // the old link may be dead unnoticed
  offline: () => each((connection) => connection.lose()),
};

function wake() {
  for (const type in PAGE) addEventListener(type, PAGE[type], true); // those of the document pass by here
  timer = setInterval(tick, TICK);
}

function sleep() {
  for (const type in PAGE) removeEventListener(type, PAGE[type], true);
  clearInterval(timer);
  clearTimeout(unseen);
}
