/**
 * The display that moves: the list twice on one track, and one animation of the track's `transform` that ends where the
 * second list begins, so that it can start again unseen. The compositor moves it; no script runs per frame.
 *
 * Where it stands is an offset: how many px of the list have gone past the inline start. Around every change of content
 * the line at the reading edge is remembered and the offset set so that this line stays where it was, whatever came, went
 * or changed its length before or after it. When it must not move (the reader paused, follows links by keyboard, or
 * wants no motion) the track stands as a row that scrolls, at the same offset.
 */
import { LineList } from "./line-list.js";
import { element } from "./nodes.js";

const SPEED = 60; // px a second

export class Crawl {
  #list = new LineList(false);
  #copy = new LineList(true);
  #track = element("div", { part: "track" }, this.#list.node, this.#copy.node);
  node = element("div", { part: "viewport" }, this.#track);

  /** @type {Animation | null} */
  #animation = null;
  #width = 0; // px, of the list: the way until it repeats
  #sign = 1; // -1 where lines move to the right
  #row = false;
  #reasons = { paused: false, focused: false, reduced: false };
  #hovered = false;
  #shown = "";
  #sizes = new ResizeObserver(() => this.#measure(this.offset));

  constructor() {
    this.node.addEventListener("pointerenter", (event) => this.#hover(event.pointerType === "mouse"));
    this.node.addEventListener("pointerleave", () => this.#hover(false));
    this.node.addEventListener("focusin", (event) => this.#focus(/** @type {HTMLElement} */ (event.target)));
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(/** @type {Node | null} */ (event.relatedTarget))) this.still("focused", false);
    });
  }

  /** Call when the display comes into a document; `stop` when it goes. */
  start() {
    this.#sizes.observe(this.#list.node);
    this.#sizes.observe(this.node);
    this.#measure(this.offset);
  }

  stop() {
    this.#sizes.disconnect();
    this.#halt();
  }

  /** px of the list that have gone past the inline start. */
  get offset() {
    if (this.#row) return Math.abs(this.node.scrollLeft);
    const gone = (Number(this.#animation?.currentTime ?? 0) * SPEED) / 1000;
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
   * @param {readonly import("./lines.js").Line[]} lines
   * @param {import("./line-list.js").Writing} writing
   * @param {boolean} quiet  mark nothing as new or changed
   */
  show(lines, writing, quiet) {
    const shown = JSON.stringify([lines.map((line) => [line.id, line.version, writing.voice.time(line.published, writing.now)]),
      writing.voice.language, writing.direction]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    // A row at its start stays there: what is new comes into view. Anywhere else the reader is in the middle of a line.
    const anchors = this.#row && this.offset < 1 ? [] : this.#anchors();
    this.#list.show(lines, writing, quiet);
    this.#copy.show(lines, writing, quiet);
    this.#measure(this.#found(anchors));
  }

  /** Shows no line, as before the first. */
  clear() {
    if (!this.#shown) return;
    this.#shown = "";
    this.#list.clear();
    this.#copy.clear();
    this.#measure(0);
  }

  /** The lines in view, the first one first, and how far from the inline start each begins. @returns {[string, number][]} */
  #anchors() {
    const all = [...this.#list.entries(), ...this.#copy.entries()];
    return all.filter(([, node]) => this.#distance(node) + node.offsetWidth > 0).map(([id, node]) => [id, this.#distance(node)]);
  }

  /** The offset at which the first anchor that is still there stands where it stood. @param {[string, number][]} anchors */
  #found(anchors) {
    for (const [id, distance] of anchors) {
      const node = this.#list.at(id);
      if (node) return this.#distance(node) - this.#distance(this.#list.node) - distance;
    }
    return anchors.length ? this.offset : 0;
  }

  /** px from the inline start of the viewport to that of a node. @param {Element} node */
  #distance(node) {
    const [outer, inner] = [this.node.getBoundingClientRect(), node.getBoundingClientRect()];
    return this.#sign > 0 ? inner.left - outer.left : outer.right - inner.right;
  }

  /** Fits the movement to the width and direction of the list, at an offset. @param {number} offset */
  #measure(offset) {
    this.#sign = getComputedStyle(this.node).direction === "rtl" ? -1 : 1;
    this.#width = this.#list.node.getBoundingClientRect().width;
    if (!this.#row && this.#width && this.node.isConnected) return this.#move(offset);
    this.#halt();
    this.node.scrollLeft = this.#sign * offset;
  }

  /** @param {number} offset */
  #move(offset) {
    this.node.scrollLeft = 0;
    const way = { transform: ["translateX(0)", `translateX(${-this.#sign * this.#width}px)`] };
    const duration = (this.#width / SPEED) * 1000;
    if (this.#animation) {
      const effect = /** @type {KeyframeEffect} */ (this.#animation.effect);
      effect.setKeyframes(way);
      effect.updateTiming({ duration });
    } else {
      this.#animation = this.#track.animate(way, { duration, iterations: Infinity });
    }
    this.#animation.currentTime = ((((offset % this.#width) + this.#width) % this.#width) / SPEED) * 1000;
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
