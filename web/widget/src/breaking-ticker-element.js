/**
 * `<breaking-ticker channel="en">`: a channel's newest lines. This module defines the class and does nothing else.
 *
 * Attributes are the state, and properties mirror them as they count (attributes.js); beside them `paused`, `lang` and `dir`.
 * Events, with frozen details, are composed and bubble; of several elements on a page only the first one's bubbles, so that
 * a listener on the document hears of each line once. What a page may use is told above the class, for custom-elements.json.
 */
import { ATTRIBUTES } from "./attributes.js";
import { element, put } from "./nodes.js";
import { stripOf } from "./strip.js";
import { sheet } from "./style.js";
import { drop, first, hold } from "./viewers.js";

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Change} Change */
/** @typedef {import("./connection.js").Status} Status */

/**
 * What the element tells, by the event's name.
 * @typedef {object} Events
 * @property {CustomEvent<{readonly channel: string, readonly line: Readonly<Line>}>} publish
 * @property {CustomEvent<{readonly channel: string, readonly line: Readonly<Line>}>} correct
 * @property {CustomEvent<{readonly channel: string, readonly id: string, readonly status: string}>} withdraw
 * @property {CustomEvent<{readonly channel: string, readonly status: Status, readonly since: string | null}>} status
 */

/**
 * How one listens to them; to all else as ever.
 * @typedef {object} Telling
 * @property {<Name extends keyof Events>(name: Name, listener: (this: BreakingTickerElement, event: Events[Name]) => void,
 *   options?: boolean | AddEventListenerOptions) => void} addEventListener
 * @property {<Name extends keyof Events>(name: Name, listener: (this: BreakingTickerElement, event: Events[Name]) => void,
 *   options?: boolean | EventListenerOptions) => void} removeEventListener
 */

/** @typedef {Telling & HTMLElement & import("./attributes.js").Attributes} Mirrored */

/**
 * The newest lines of a channel, as they come.
 *
 * @attr {string} channel  the channel's id
 * @attr {string} server  address of the ticker; by default the origin of the script
 * @attr {"crawl" | "rotate" | "list"} [display=crawl]  lines go by, one line at a time, or a column with the newest first
 * @attr {string} topics  slugs with spaces between them, 20 at most: only lines with any of them; by default all lines
 * @attr {number} [max=10]  how many lines to show, 1 to 50
 * @attr {number} [speed=60]  of a crawl, in px a second, 1 to 400
 * @attr {"flash" | "all" | "off"} [announce=flash]  what screen readers say when it happens: each flash and how many others, each line, or nothing
 * @attr {boolean} paused  when there, the lines stand still and new ones wait to be shown
 * @attr {string} lang  language of the widget's own words: `en`, `ar`, `es` or `fr`; by default that of the channel, then of the page
 * @attr {"ltr" | "rtl"} dir  direction of the strip; by default that of the channel
 *
 * @fires {CustomEvent<{channel: string, line: Line}>} publish  a new line came
 * @fires {CustomEvent<{channel: string, line: Line}>} correct  a line changed: corrected, updated, pinned or unpinned
 * @fires {CustomEvent<{channel: string, id: string, status: string}>} withdraw  a line is gone; `usable` if it only left the topics asked for
 * @fires {CustomEvent<{channel: string, status: Status, since: string | null}>} status  the connection changed; `since` as RFC 3339
 *
 * @slot - what is shown until the first lines have come, and for good where scripts do not run
 *
 * @csspart strip  all of it
 * @csspart label  the word in front
 * @csspart fallback  what the page put inside the element
 * @csspart none  the words where there is no line, or no such channel
 * @csspart viewport  the frame of the lines
 * @csspart track  the list of the lines
 * @csspart line  one line
 * @csspart time  when it was published
 * @csspart link  its source, text and mark, with its address where it has one
 * @csspart source  who says so
 * @csspart text  its words
 * @csspart mark  “Corrected”
 * @csspart status  “Not live since”
 * @csspart controls  the buttons
 * @csspart counter  how many new lines wait
 * @csspart announce  the button for what screen readers say
 * @csspart previous  the button for the line before
 * @csspart next  the button for the next line
 * @csspart pause  the button that holds the lines
 *
 * @cssprop [--ticker-height=44px]  of the element; a list has `320px`, one line at a time in a narrow place `148px`
 * @cssprop [--ticker-font=system-ui, sans-serif]  of everything
 * @cssprop [--ticker-font-size=15px]  of everything; in Arabic `17px`
 * @cssprop [--ticker-ground=light-dark(#fff, #101418)]  of the strip
 * @cssprop [--ticker-ink=light-dark(#14171a, #f1f3f5)]  of its text; borders and times are mixed from both
 * @cssprop [--ticker-signal=light-dark(#b3001b, #ff5a6a)]  of the label, and the mark of urgent lines
 * @cssprop [--ticker-on-signal=light-dark(#fff, #101418)]  of the word on the label
 * @cssprop [--ticker-notice=light-dark(#8a5a00, #ffc74d)]  of “Corrected” and “Not live since”
 * @cssprop [--ticker-color-scheme=inherit]  `light` or `dark`, where the page says nothing or something else
 */
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

  /** Whether the lines stand still. */
  get paused() {
    return this.hasAttribute("paused");
  }

  set paused(paused) {
    this.toggleAttribute("paused", !!paused);
  }

  /** The lines shown now, in order. @returns {readonly Readonly<Line>[]} */
  get lines() {
    return (this.#known ?? []).slice(0, this.max);
  }

  /** How the connection stands. @returns {Status} */
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
