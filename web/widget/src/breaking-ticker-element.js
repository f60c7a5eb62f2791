/**
 * `<breaking-ticker channel="en">`: a channel's newest lines. This module defines the class and does nothing else.
 *
 * Attributes are the state, and properties mirror them as they count (attributes.js); beside them `paused`, `lang` and `dir`.
 * Events, with frozen details, are composed and bubble; of several elements on a page only the first one's bubbles, so that
 * a listener on the document hears of each line once:
 *   publish, correct  {channel, line}      withdraw  {channel, id, status}      status  {channel, status, since}
 */
import { ATTRIBUTES } from "./attributes.js";
import { element, put } from "./nodes.js";
import { stripOf } from "./strip.js";
import { sheet } from "./style.js";
import { drop, first, hold } from "./viewers.js";

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Change} Change */
/** @typedef {HTMLElement & import("./attributes.js").Attributes} Mirrored */

export class BreakingTickerElement extends /** @type {new () => Mirrored} */ (HTMLElement) {
  static observedAttributes = [...Object.keys(ATTRIBUTES), "paused", "lang", "dir"];

  /** @type {import("./viewers.js").Viewer | undefined} */
  #viewer;
  #wish = "";
  /** The lines that may be shown, in order: all that are held, or those before news that waits. @type {Line[] | undefined} */
  #known;
  #asked = 0; // s in which what stands beside the lines did not come
  #strip = stripOf(this);
  /** @type {import("./aside.js").Aside | undefined} */
  #aside;

  /** @type {import("./viewers.js").Holder} */
  #holder = {
    changed: (change, fresh) => this.#changed(change, fresh),
    status: () => {
      this.#asked = 0;
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
    // A property that was set before the tag was defined hides the accessor: set it again.
    const own = /** @type {any} */ (this);
    for (const name of BreakingTickerElement.observedAttributes) {
      const value = own[name];
      if (delete own[name] && own[name] !== value) own[name] = value;
    }
    this.#renew();
    if (this.#aside) this.#aside.enter();
    else this.#complete();
  }

  async disconnectedCallback() {
    await null;
    if (this.isConnected) return; // it was moved
    this.#aside?.leave();
    this.#wish = "";
    this.#watch();
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
    return (this.#known ?? []).slice(0, this.max);
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

  /** Holds the viewer that the attributes ask for; several that are set together make one new connection. */
  async #renew() {
    await null;
    if (!this.isConnected) return;
    const { channel, server, topics, max } = this;
    const wish = { channel, server, topics: topics ? topics.split(" ") : [], limit: Math.min(2 * max, 100) };
    const asked = JSON.stringify(wish);
    if (asked !== this.#wish) {
      this.#wish = asked;
      this.#watch(channel ? hold(wish, this.#holder) : undefined);
    }
    this.#draw();
  }

  /** Gets what stands beside the lines; while it does not come it is tried again, ever more seldom. */
  async #complete() {
    const found = await import("./aside.js").catch(() => null);
    if (!found || this.#aside || !this.isConnected) return;
    this.#aside = found.asideOf(this, this.#strip, { element, put, first });
    this.#aside.enter();
    this.#draw();
  }

  /** Takes the lines of another viewer, or the same one's: a longer list keeps what it shows. @param {import("./viewers.js").Viewer} [viewer] */
  #watch(viewer) {
    const before = this.#viewer;
    if (before === viewer) return;
    this.#viewer = viewer;
    this.#known = undefined;
    if (before) drop(before, this.#holder);
  }

  /** @param {Change} change @param {boolean} fresh */
  #changed(change, fresh) {
    this.#draw(change);
    this.#aside?.tell(change, fresh);
    const { type } = change;
    if (type === "snapshot") return;
    const { id, version } = type === "withdraw" ? change : change.line;
    const detail = type === "withdraw" ? { id, status: change.status } : { line: change.line };
    this.#emit(type, detail, first(type + id + version));
  }

  /** What changes by time alone: lines go by, age and expire. */
  #tick() {
    if (this.#aside) this.#aside.tick();
    else if (!(++this.#asked & (this.#asked - 1))) this.#complete();
    this.#draw();
  }

  /** @param {import("./movement.js").Happened} [change]  what has just happened */
  #draw(change = {}) {
    const viewer = this.#viewer;
    let news = 0;
    if (viewer?.ready) {
      const held = viewer.lines.at(Date.now());
      const { type, id, line } = change;
      // What newer lines pushed out stays, until it is withdrawn, ends, or a snapshot leaves it out.
      const known = (this.#known ?? held).flatMap(
        (known) =>
          held.find((line) => line.id === known.id) ??
          (type === "snapshot" || id === known.id || known.expires <= viewer.now ? [] : line?.id === known.id ? line : known),
      );
      news = held.filter((line) => known.every((known) => known.published < line.published)).length;
      if (this.paused || this.#aside?.movement.holds(news)) this.#known = known;
      else [this.#known, news] = [held, 0];
    }
    this.#strip.draw(viewer, this.#aside?.movement, change);
    this.#aside?.draw(viewer?.ready, news);
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
