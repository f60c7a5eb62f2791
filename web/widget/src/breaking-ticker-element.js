/**
 * `<breaking-ticker channel="en">`: a channel's newest lines as a strip. This module defines the class and does nothing else.
 *
 * Attributes are the state, and properties mirror them as they count:
 *   channel  id of the channel; without a good one the element keeps what the page put inside it
 *   server   where the ticker is; default the origin of this script
 *   max      how many lines to show, 1 to 50; default 10
 *   topics   slugs, separated by spaces: only lines with any of them; default all
 *   paused   there: lines stand still, and new ones wait
 *   lang     language of the widget's own words; default the channel's, then the page's
 * Events, which bubble and are composed, with frozen details:
 *   publish, correct  {channel, line}      withdraw  {channel, id, status}      status  {channel, status, since}
 */
import { channelOf, maxOf, serverOf, topicsOf, web } from "./attributes.js";
import { Crawl } from "./crawl.js";
import { element, icon, mark, put } from "./nodes.js";
import { sheet } from "./style.js";
import { drop, hold } from "./viewers.js";
import { languageOf, Voice } from "./words.js";

/** @typedef {import("./lines.js").Line} Line */

const LIMIT_MOST = 100; // lines that a server gives at most
const FLASH = 1;
const LOST_AFTER = 5000; // ms without a live connection until the reader is told
const SAID_FOR = 10_000; // ms that an announcement stays: long enough to be read out, not to be found as news later
const PAUSE = "M3 2h4v12H3zM9 2h4v12H9z";
const RESUME = "M4 2l10 6-10 6z";

export class BreakingTickerElement extends HTMLElement {
  static observedAttributes = ["channel", "server", "max", "topics", "paused", "lang", "dir"];

  /** @type {import("./viewers.js").Viewer | null} */
  #viewer = null;
  #wish = "";
  #renewing = false;
  /** Lines shown when the pause began, and all that were known; null while not paused. @type {{shown: Set<string>, known: Set<string>} | null} */
  #frozen = null;
  #status = "closed";
  #lostAt = 0; // ms of the local clock, when live was found to be lost
  #voice = new Voice("en");
  #said = { id: "", at: 0 };
  #motion = matchMedia("(prefers-reduced-motion: reduce)");
  #settle = () => this.#crawl.still("reduced", this.#motion.matches);

  /** @type {import("./viewers.js").Holder} */
  #holder = {
    changed: (change, fresh) => this.#changed(change, fresh),
    status: () => this.#connection(),
    tick: () => this.#tick(),
  };

  #crawl = new Crawl();
  #label = element("div", { part: "label" });
  #none = element("div", { class: "none" });
  #lost = element("span", { class: "long" });
  #lostHour = element("span", { class: "short", "aria-hidden": "true" });
  #state = element("div", { part: "status" }, this.#lost, this.#lostHour);
  #counter = element("span", { part: "counter", id: "counter" });
  #button = element("button", { part: "pause", type: "button", "aria-describedby": "counter" }, icon(PAUSE, "pause"), icon(RESUME, "resume"));
  #announcer = element("div", { slot: "announcer", "aria-live": "assertive", "aria-atomic": "true" });
  #strip = element(
    "section",
    { part: "strip" },
    this.#label,
    element("div", { class: "fallback" }, element("slot")),
    this.#none,
    this.#crawl.node,
    this.#state,
    element("div", { part: "controls" }, this.#counter, this.#button),
    element("div", { class: "announcer" }, element("slot", { name: "announcer" })),
  );

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.#strip);
    this.#button.addEventListener("click", () => (this.paused = !this.paused));
  }

  connectedCallback() {
    for (const name of ["channel", "server", "max", "topics", "paused"]) this.#upgrade(name);
    this.append(this.#announcer);
    this.#motion.addEventListener("change", this.#settle);
    this.#settle();
    this.#crawl.still("paused", this.paused);
    this.#crawl.start();
    this.#renew();
  }

  disconnectedCallback() {
    this.#motion.removeEventListener("change", this.#settle);
    this.#crawl.stop();
    this.#hush();
    this.#announcer.remove();
    this.#leave();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.isConnected) return;
    if (name === "paused") this.#crawl.still("paused", this.paused);
    if (name === "paused" || name === "lang" || name === "dir") return this.#draw(true);
    if (this.#renewing) return;
    this.#renewing = true; // several attributes set together make one new connection
    queueMicrotask(() => {
      this.#renewing = false;
      if (this.isConnected) this.#renew();
    });
  }

  get channel() {
    return channelOf(this.getAttribute("channel"));
  }

  set channel(channel) {
    this.setAttribute("channel", channel);
  }

  get server() {
    return serverOf(this.getAttribute("server"), document.baseURI);
  }

  set server(server) {
    this.setAttribute("server", server);
  }

  get max() {
    return maxOf(this.getAttribute("max"));
  }

  set max(max) {
    this.setAttribute("max", String(max));
  }

  get topics() {
    return topicsOf(this.getAttribute("topics")).join(" ");
  }

  set topics(topics) {
    this.setAttribute("topics", topics);
  }

  get paused() {
    return this.hasAttribute("paused");
  }

  set paused(paused) {
    this.toggleAttribute("paused", Boolean(paused));
  }

  /** The lines shown now, in order. @returns {readonly Line[]} */
  get lines() {
    return this.#viewer ? this.#shown(this.#viewer.lines.at(Date.now())) : [];
  }

  /** @returns {import("./connection.js").Status} */
  get status() {
    return this.#viewer?.connection.status ?? "closed";
  }

  /** When live was lost, or null while it is not. @returns {Date | null} */
  get since() {
    return this.#viewer && this.status !== "live" ? new Date(this.#viewer.connection.since) : null;
  }

  /** A property that was set before the tag was defined hides the accessor: set it again. @param {string} name */
  #upgrade(name) {
    if (!Object.hasOwn(this, name)) return;
    const self = /** @type {any} */ (this);
    const value = self[name];
    delete self[name];
    self[name] = value;
  }

  /** Holds the viewer that the attributes ask for. */
  #renew() {
    const { channel, server, max } = this;
    const wish = { channel, server, topics: topicsOf(this.getAttribute("topics")), limit: Math.min(2 * max, LIMIT_MOST) };
    if (JSON.stringify(wish) !== this.#wish) {
      this.#leave();
      this.#wish = JSON.stringify(wish);
      this.#lostAt = Date.now();
      if (channel) this.#viewer = hold(wish, this.#holder);
      this.#status = this.status;
    }
    this.#draw(true);
  }

  #leave() {
    if (this.#viewer) drop(this.#viewer, this.#holder);
    this.#viewer = this.#frozen = null;
    this.#wish = "";
  }

  /** @param {import("./lines.js").Change} change @param {boolean} fresh */
  #changed(change, fresh) {
    if (change.type === "snapshot") {
      this.#hush();
      return this.#draw(true);
    }
    const id = change.type === "withdraw" ? change.id : change.line.id;
    if (id === this.#said.id) this.#hush(); // what was said may no longer be so
    this.#draw(false);
    if (change.type === "publish" && fresh) this.#announce(change.line);
    this.#emit(change.type, change.type === "withdraw" ? { id, status: change.status } : { line: change.line });
  }

  #connection() {
    const { status, since } = this;
    if (this.#status === "live" || this.#status === "closed") this.#lostAt = Date.now();
    this.#status = status;
    this.#drawState();
    this.#emit("status", { status, since: since && since.toISOString() });
  }

  /** What changes by time alone: lines expire, live is lost for too long, an announcement is over. */
  #tick() {
    if (this.#said.id && Date.now() - this.#said.at > SAID_FOR) this.#hush();
    this.#draw(false);
  }

  /** @param {Line[]} lines  all that the viewer holds, in order */
  #shown(lines) {
    const frozen = this.#frozen;
    return (frozen ? lines.filter((line) => frozen.shown.has(line.id)) : lines).slice(0, this.max);
  }

  /** Begins or ends the pause of what is shown. @param {Line[]} lines */
  #freeze(lines) {
    const ids = (/** @type {Line[]} */ some) => new Set(some.map((line) => line.id));
    if (!this.paused) this.#frozen = null;
    else this.#frozen ??= { shown: ids(lines.slice(0, this.max)), known: ids(lines) };
  }

  /** Brings all to what is so now; writes only what differs. @param {boolean} quiet  mark no line as new or changed */
  #draw(quiet) {
    const viewer = this.#viewer;
    const ready = Boolean(viewer?.ready);
    const lines = viewer && ready ? viewer.lines.at(Date.now()) : [];
    if (ready) this.#freeze(lines);
    const shown = this.#shown(lines);
    this.#strip.classList.toggle("ready", ready);
    this.#strip.classList.toggle("empty", ready && !shown.length);
    this.#drawWords(lines);
    if (viewer) this.#crawl.show(shown, lines, this.#writing(viewer), quiet);
    else this.#crawl.clear();
    this.#drawState();
  }

  /** @param {import("./viewers.js").Viewer} viewer @returns {import("./line-list.js").Writing} */
  #writing(viewer) {
    const page = (/** @type {Line} */ line) => `${this.server}/${this.channel}/lines/${encodeURIComponent(line.id)}`;
    const link = (/** @type {Line} */ line) => web(line.url)?.href ?? page(line);
    return { voice: this.#voice, direction: viewer.direction || this.dir, link, now: viewer.now };
  }

  /** @param {Line[]} lines */
  #drawWords(lines) {
    const viewer = this.#viewer;
    const language = languageOf(this.lang, viewer?.language, this.closest("[lang]")?.getAttribute("lang"));
    if (this.#voice.asked !== language) this.#voice = new Voice(language);
    const { words } = this.#voice;
    const waiting = this.#frozen ? lines.slice(0, this.max).filter((line) => !this.#frozen?.known.has(line.id)).length : 0;
    for (const node of [this.#strip, this.#announcer]) mark(node, "lang", this.#voice.language);
    mark(this.#strip, "dir", this.hasAttribute("dir") ? "" : (viewer?.direction ?? ""));
    mark(this.#strip, "aria-label", words.region);
    mark(this.#crawl.node, "lang", languageOf(viewer?.language, language));
    mark(this.#crawl.node, "dir", viewer?.direction ?? "");
    put(this.#label, words.label);
    put(this.#none, words.none);
    put(this.#counter, waiting ? this.#voice.fresh(waiting) : "");
    for (const name of ["aria-label", "title"]) mark(this.#button, name, this.paused ? words.resume : words.pause);
    this.#button.classList.toggle("stopped", this.paused);
  }

  /** Says since when the lines are not live, once that has lasted. */
  #drawState() {
    const { since, status } = this;
    const lost = since && status !== "closed" && Date.now() - this.#lostAt >= LOST_AFTER;
    const hour = lost ? this.#voice.hour(since.getTime()) : "";
    this.#state.classList.toggle("lost", Boolean(lost));
    put(this.#lost, lost ? this.#voice.words.lost(hour) : "");
    put(this.#lostHour, hour);
  }

  /** Reads a flash out, once on a page and only to somebody who is there. @param {Line} line */
  #announce(line) {
    const first = this.#viewer?.holders.values().next().value === this.#holder;
    if (line.urgency > FLASH || !first || this.paused || document.visibilityState !== "visible") return;
    this.#said = { id: line.id, at: Date.now() };
    const source = line.source ? line.source + this.#voice.words.colon : "";
    put(this.#announcer, `${this.#voice.words.label}. ${source}${line.text}`);
  }

  #hush() {
    this.#said = { id: "", at: 0 };
    put(this.#announcer, "");
  }

  /** @param {string} type @param {Record<string, unknown>} detail */
  #emit(type, detail) {
    const frozen = Object.freeze({ channel: this.channel, ...detail });
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail: frozen }));
  }
}
