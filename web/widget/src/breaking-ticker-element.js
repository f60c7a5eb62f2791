/**
 * `<breaking-ticker channel="en">`: a channel's newest lines. This module defines the class and does nothing else.
 *
 * Attributes are the state, and properties mirror them as they count (attributes.js); beside them `paused`, `lang` and `dir`.
 * Events, with frozen details, are composed and bubble; of several elements on a page only the first one's bubbles, so that
 * a listener on the document hears of each line once:
 *   publish, correct  {channel, line}      withdraw  {channel, id, status}      status  {channel, status, since}
 */
import { announcerOf, first } from "./announcer.js";
import { ATTRIBUTES } from "./attributes.js";
import { stripOf } from "./strip.js";
import { sheet } from "./style.js";
import { drop, hold } from "./viewers.js";
import { learn } from "./words.js";

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Change} Change */
/** @typedef {HTMLElement & import("./attributes.js").Attributes} Mirrored */

const LOST_AFTER = 5; // s without a live connection until the reader is told

export class BreakingTickerElement extends /** @type {new () => Mirrored} */ (HTMLElement) {
  static observedAttributes = [...Object.keys(ATTRIBUTES), "paused", "lang", "dir"];

  /** @type {import("./viewers.js").Viewer | undefined} */
  #viewer;
  #wish = "";
  /** Lines shown when the pause began, and when that was; undefined while not paused. @type {{ids: string[], at: number} | undefined} */
  #frozen;
  #lost = 0; // s without a live connection
  #announcer = announcerOf();
  #strip = stripOf(this, this.#announcer.say);

  /** @type {import("./viewers.js").Holder} */
  #holder = {
    changed: (change, fresh) => this.#changed(change, fresh),
    status: () => {
      this.#draw();
      this.#emit("status", { status: this.status, since: this.since?.toISOString() ?? null }, true);
    },
    tick: () => this.#tick(),
  };

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#strip.node);
  }

  connectedCallback() {
    this.append(this.#announcer.node);
    // A property that was set before the tag was defined hides the accessor: set it again.
    const own = /** @type {any} */ (this);
    for (const name of BreakingTickerElement.observedAttributes) {
      const value = own[name];
      if (delete own[name] && own[name] !== value) own[name] = value;
    }
    this.#renew();
  }

  disconnectedCallback() {
    this.#announcer.hush();
    this.#announcer.node.remove();
    this.#leave();
  }

  attributeChangedCallback() {
    this.#renew();
  }

  get paused() {
    return this.hasAttribute("paused");
  }

  set paused(paused) {
    this.toggleAttribute("paused", !!paused);
  }

  /** The lines shown now, in order. @returns {readonly Line[]} */
  get lines() {
    const frozen = this.#frozen;
    return this.#held.filter(({ id }) => !frozen || frozen.ids.includes(id)).slice(0, this.max);
  }

  /** @returns {import("./connection.js").Status} */
  get status() {
    return this.#viewer?.connection.status ?? "closed";
  }

  /** When live was lost, or null while it is not. @returns {Date | null} */
  get since() {
    return this.#viewer && this.status !== "live" ? new Date(this.#viewer.connection.since) : null;
  }

  /** Holds the lines still; new ones wait to be shown, corrections and withdrawals do not. */
  pause() {
    this.paused = true;
  }

  /** Goes on, with the newest lines. */
  resume() {
    this.paused = false;
  }

  /** Connects anew, without waiting for the next try. */
  reconnect() {
    this.#viewer?.connection.open();
  }

  /** All lines held, in order. */
  get #held() {
    return this.#viewer?.ready ? this.#viewer.lines.at(Date.now()) : [];
  }

  /** Holds the viewer that the attributes ask for; several that are set together make one new connection. */
  async #renew() {
    await null;
    if (!this.isConnected) return;
    const { channel, server, topics, max } = this;
    const wish = { channel, server, topics: topics ? topics.split(" ") : [], limit: Math.min(2 * max, 100) };
    const asked = JSON.stringify(wish);
    if (asked !== this.#wish) {
      this.#leave();
      this.#wish = asked;
      if (channel) this.#viewer = hold(wish, this.#holder);
    }
    this.#draw();
  }

  #leave() {
    if (this.#viewer) drop(this.#viewer, this.#holder);
    this.#viewer = this.#frozen = undefined;
    this.#wish = "";
    this.#lost = 0;
  }

  /** @param {Change} change @param {boolean} fresh */
  #changed(change, fresh) {
    this.#draw(change);
    const { type } = change;
    if (type === "snapshot") return this.#announcer.hush();
    const { id } = type === "withdraw" ? change : change.line;
    this.#announcer.hush(id); // what was said may no longer be so
    // Nothing is said that is not shown, to nobody, or twice on a page.
    if (type === "publish" && fresh && this.announce !== "off" && !this.paused && !document.hidden && first(id)) {
      this.#announcer.tell(change.line, this.announce === "all", this.#strip.voice.words);
    }
    const detail = type === "withdraw" ? { id, status: change.status } : { line: change.line };
    this.#emit(type, detail, first(type + id + ("line" in change ? change.line.version : "")));
  }

  /** What changes by time alone: lines go by, age and expire, live is lost for too long, an announcement is over. */
  #tick() {
    learn();
    this.#lost = /live|closed/.test(this.status) ? 0 : this.#lost + 1;
    this.#announcer.tick(this.#strip.voice);
    this.#strip.age();
    this.#draw();
  }

  /** @param {Partial<Change>} [change]  what has just happened */
  #draw(change = {}) {
    const { max, paused, since } = this;
    const viewer = this.#viewer;
    const newest = this.#held.slice(0, max);
    if (!paused) this.#frozen = undefined;
    else if (viewer?.ready) this.#frozen ??= { ids: newest.map(({ id }) => id), at: viewer.now };
    const frozen = this.#frozen;
    const waiting = newest.filter(({ id, published }) => frozen && published > frozen.at && !frozen.ids.includes(id)).length;
    const lost = this.#lost > LOST_AFTER && (viewer?.ready || this.status !== "ended");
    const state = this.#strip.draw(viewer, waiting, !!lost, change);
    if (lost && first(`${since}`)) this.#announcer.say(state ?? "");
  }

  /** @param {string} type @param {Record<string, unknown>} detail @param {boolean} bubbles */
  #emit(type, detail, bubbles) {
    detail = Object.freeze({ channel: this.channel, ...detail });
    this.dispatchEvent(new CustomEvent(type, { bubbles, composed: true, detail }));
  }
}

for (const [name, read] of Object.entries(ATTRIBUTES)) {
  Object.defineProperty(BreakingTickerElement.prototype, name, {
    /** @this {Element} */
    get() {
      return read(this.getAttribute(name));
    },
    /** @this {Element} @param {unknown} value */
    set(value) {
      this.setAttribute(name, `${value}`);
    },
  });
}
