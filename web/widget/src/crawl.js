/**
 * The display that moves: the list twice on one track, and one animation of the track's `transform` that ends where the
 * second list begins, so that it can start again unseen. The compositor moves it; no script runs per frame.
 *
 * Where it stands is an offset: how many px of the track have gone past the inline start. Around every change of content
 * the line at the reading edge is remembered and the offset set so that this line stays where it was, whatever came, went
 * or changed its length before or after it. When it must not move (the reader paused, follows links by keyboard, or
 * wants no motion) the track stands as a row that scrolls, at the same offset.
 *
 * News does not wait for its turn, which may be minutes away. When a newest line comes, the lines in view move over to a
 * third list before the other two, each where it stood, and the round begins again behind them: the new line comes next.
 * A line that has begun to come into view is shown to its end: a part of a news line may say something else than the whole.
 */
import { LineList } from "./line-list.js";
import { element } from "./nodes.js";

const SPEED = 60; // px a second
const SLIVER = 60; // px; of a line no more of which has come into view, nothing has been read

/** @typedef {import("./lines.js").Line} Line */

/** A line in view: px from the inline start of the viewport. @typedef {{id: string, start: number, end: number}} Seen */

/** The lines of these ids, in the order of the ids. @param {string[]} ids @param {readonly Line[]} held */
const known = (ids, held) => ids.flatMap((id) => held.filter((line) => line.id === id));

export class Crawl {
  #list = new LineList(false);
  #copy = new LineList(true);
  /** What was in view when news came, until it has gone past. */
  #past = new LineList(true);
  #track = element("div", { part: "track" }, this.#past.node, this.#list.node, this.#copy.node);
  node = element("div", { part: "viewport" }, this.#track);

  /** @type {Animation | null} */
  #animation = null;
  #width = 0; // px, of the list: the way until it repeats
  #before = 0; // px, of what is past: the way until the list begins
  #sign = 1; // -1 where lines move to the right
  #row = false;
  #reasons = { paused: false, focused: false, reduced: false };
  #hovered = false;
  #shown = "";
  #sizes = new ResizeObserver(() => this.#measure(this.offset));

  constructor() {
    this.#past.node.className = "past";
    this.node.addEventListener("pointerenter", (event) => this.#hover(event.pointerType === "mouse"));
    this.node.addEventListener("pointerleave", () => this.#hover(false));
    this.node.addEventListener("focusin", (event) => this.#focus(/** @type {HTMLElement} */ (event.target)));
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(/** @type {Node | null} */ (event.relatedTarget))) this.still("focused", false);
    });
  }

  /** Call when the display comes into a document; `stop` when it goes. */
  start() {
    for (const list of [this.#past, this.#list]) this.#sizes.observe(list.node);
    this.#sizes.observe(this.node);
    this.#measure(this.offset);
  }

  stop() {
    this.#sizes.disconnect();
    this.#halt();
  }

  /** px of the track that have gone past the inline start. */
  get offset() {
    if (this.#row) return Math.abs(this.node.scrollLeft);
    const gone = (Number(this.#animation?.currentTime ?? 0) * SPEED) / 1000;
    if (this.#before) return gone;
    return this.#width ? gone % this.#width : 0;
  }

  /**
   * Holds the lines still for a reason, or no longer; they move when there is none.
   * @param {"paused" | "focused" | "reduced"} reason @param {boolean} still
   */
  still(reason, still) {
    if (this.#reasons[reason] === still) return;
    const offset = this.offset;
    this.#reasons[reason] = still;
    this.#row = Object.values(this.#reasons).includes(true);
    this.node.classList.toggle("row", this.#row);
    this.node.classList.toggle("single", this.#reasons.reduced);
    this.#measure(offset);
  }

  /**
   * @param {readonly Line[]} lines
   * @param {readonly Line[]} held  these and older ones, which may still be in view
   * @param {import("./line-list.js").Writing} writing
   * @param {boolean} quiet  mark nothing as new or changed
   */
  show(lines, held, writing, quiet) {
    const past = known(this.#past.entries().map(([id]) => id), held);
    const shown = JSON.stringify([[past, lines].map((some) => some.map((line) => [line.id, line.version,
      writing.voice.time(line.published, writing.now)])), writing.voice.language, writing.direction]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const view = this.#view();
    const [newest] = [...lines].sort((a, b) => b.published - a.published);
    const news = newest && view.length > 0 && !this.#row && !this.#list.at(newest.id);
    if (!news) this.#past.show(past, writing, quiet);
    else this.#stay(view, newest === lines[0] ? [] : [newest.id], held, writing); // at the head pinned lines would go before it
    // A row at its start stays there: what is new comes into view. Anywhere else the reader is in the middle of a line.
    const anchors = this.#row && this.offset < 1 ? [] : view;
    this.#list.show(lines, writing, quiet);
    this.#copy.show(lines, writing, quiet);
    this.#measure(this.#padded(this.#found(anchors)));
  }

  /** Shows no line, as before the first. */
  clear() {
    if (!this.#shown) return;
    this.#shown = "";
    for (const list of [this.#past, this.#list, this.#copy]) list.clear();
    this.#measure(0);
  }

  /** The lines in view, the first one first. @returns {Seen[]} */
  #view() {
    const all = [this.#past, this.#list, this.#copy].flatMap((list) => list.entries());
    return all
      .map(([id, node]) => ({ id, start: this.#distance(node), end: this.#distance(node) + node.offsetWidth }))
      .filter(({ start, end }) => end > 0 && start < this.node.clientWidth);
  }

  /**
   * Moves what is in view over to the past, each line where it stands; only once what a short list shows twice.
   * @param {Seen[]} view @param {string[]} next  ids that shall come behind
   * @param {readonly Line[]} held @param {import("./line-list.js").Writing} writing
   */
  #stay(view, next, held, writing) {
    const width = this.node.clientWidth;
    const ids = view.map(({ id }) => id);
    const staying = view.filter(({ id, start }, place) => ids.indexOf(id) === place && (!place || start < width - SLIVER));
    this.#past.show(known([...staying.map(({ id }) => id), ...next], held), writing, true);
    let last = staying[0]?.start ?? 0;
    for (const { id, start, end } of staying) {
      this.#past.at(id)?.style.setProperty("margin-inline-start", `${start - last}px`);
      last = end;
    }
  }

  /** The offset at which the first anchor that is still there stands where it stood. @param {Seen[]} anchors */
  #found(anchors) {
    for (const { id, start } of anchors) {
      const node = this.#past.at(id) ?? this.#list.at(id);
      if (node) return this.#distance(node) - this.#distance(this.#past.node) - start;
    }
    return anchors.length ? this.offset : 0;
  }

  /** Makes room before what is past, if its first line shall stand further on; gives the offset. @param {number} offset */
  #padded(offset) {
    const [first] = this.#past.entries();
    if (!first || offset >= 0) return offset;
    const { style } = first[1];
    style.marginInlineStart = `${parseFloat(style.marginInlineStart || "0") - offset}px`;
    return 0;
  }

  /** px from the inline start of the viewport to that of a node. @param {Element} node */
  #distance(node) {
    const [outer, inner] = [this.node.getBoundingClientRect(), node.getBoundingClientRect()];
    return this.#sign > 0 ? inner.left - outer.left : outer.right - inner.right;
  }

  /** Fits the movement to the width and direction of the lists, at an offset. @param {number} offset */
  #measure(offset) {
    this.#sign = getComputedStyle(this.node).direction === "rtl" ? -1 : 1;
    this.#before = this.#past.node.getBoundingClientRect().width;
    this.#width = this.#list.node.getBoundingClientRect().width;
    if (!this.#row && this.#width && this.node.isConnected) return this.#move(offset);
    this.#halt();
    this.node.scrollLeft = this.#sign * offset;
  }

  /** @param {number} offset */
  #move(offset) {
    this.node.scrollLeft = 0;
    if (this.#before && offset > this.#before - 1) {
      offset -= this.#before;
      this.#before = 0;
      this.#past.clear();
    }
    const way = this.#before || this.#width;
    const keyframes = { transform: ["translateX(0)", `translateX(${-this.#sign * way}px)`] };
    const duration = (way / SPEED) * 1000;
    // What is past goes by once; where it ends the round begins. `forwards`, so that nothing is seen of the time between.
    /** @type {OptionalEffectTiming} */
    const timing = this.#before ? { duration, iterations: 1, fill: "forwards" } : { duration, iterations: Infinity, fill: "none" };
    if (this.#animation) {
      const effect = /** @type {KeyframeEffect} */ (this.#animation.effect);
      effect.setKeyframes(keyframes);
      effect.updateTiming(timing);
    } else {
      this.#animation = this.#track.animate(keyframes, timing);
      this.#animation.onfinish = () => this.#measure(this.offset);
    }
    const place = ((offset % way) + way) % way;
    this.#animation.currentTime = (place / SPEED) * 1000;
    this.#hover(this.#hovered);
  }

  #halt() {
    this.#animation?.cancel();
    this.#animation = null;
  }

  /** @param {boolean} hovered */
  #hover(hovered) {
    this.#hovered = hovered;
    if (hovered) this.#animation?.pause();
    else this.#animation?.play();
  }

  /** A link that the keyboard reached must not move, and must be seen. @param {HTMLElement} link */
  #focus(link) {
    if (!link.matches(":focus-visible")) return;
    this.still("focused", true);
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
