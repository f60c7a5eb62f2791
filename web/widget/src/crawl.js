/**
 * A strip that goes by as a belt. The lines stand in a row, and one animation of the list's `transform`, run by the
 * compositor, moves them; no script runs per frame. About once a second those that have left at the start are put to the
 * end of the belt, unseen, and room as wide takes their place: what is in view stays where it is in the list, so that no
 * browser counts it as a shift. Everything comes and goes at that seam: news stands right behind what is in view, however
 * long the round, and the lines after it go on where they were. Each line is there once, so nothing is hidden from anybody.
 *
 * What is in view keeps its place until it has gone by. A withdrawn line leaves it empty, a shorter correction as wide, but
 * where that would leave all of the view empty, the belt goes on with the next words at once. A longer one that others in
 * view stand behind is in it in smaller rows, cut where they do not hold it, and comes round again in full: the right words
 * are there at once, and nothing else moves. Behind the last one there is room for all of it. A pin or another urgency, which
 * change no word, show when the line comes round. What newer lines pushed out is shown to its end.
 *
 * A crawl that stands still (the reader paused, or follows links by keyboard) is a row that scrolls, in the order of the
 * belt; who wants no motion has it in the order of the lines. Nothing comes round there, or goes out of view by itself: it
 * closes over a withdrawn line, and makes room for a longer correction.
 */
import { placeOf } from "./place.js";

/** @typedef {import("./line-item.js").Item} Item */

const LEAD_MOST = 1e5; // px: from there on the animation starts anew
const MINUTE = 60_000; // ms

/** @param {import("./display.js").Display} display @param {import("./movement.js").Reader} reader @returns {import("./movement.js").Way} */
export function crawlOf(display, reader) {
  const { list, viewport } = display;
  let running = false; // whether it moved when last seen
  let ran = 0; // ms since the page began, when it was last seen to move
  /** The lines in the order in which they go by; also withdrawn ones, without an id, until they have. @type {Item[]} */
  let belt = [];
  /** Those that keep their width, in px, as they stand in the belt. @type {Map<Item, number>} */
  let kept = new Map();
  let empty = false; // whether nothing but the places of words that are gone was in view

  const place = placeOf(display, reader, true, () => belt);
  const { end, room, view, pad } = place;

  /** The animation, while the list moves: style decides. */
  const motion = () => list.getAnimations()[0];

  /** Puts so much room before the belt, or lets the animation begin from there. @param {Animation} moving @param {number} px */
  function goBy(moving, px) {
    pad(px < 0 || px > LEAD_MOST ? 0 : px, 0);
    const speed = Number(list.style.getPropertyValue("--speed"));
    if (place.lead !== px) moving.currentTime = Math.max(0, Number(moving.currentTime) + ((place.lead - px) / speed) * 1000);
  }

  /** @param {Item} item */
  const widthOf = (item) => item.getBoundingClientRect().width / place.scale();

  /** Gives a line its own width. @param {Item} item */
  function free(item) {
    const { style, classList } = item;
    if (!style.minInlineSize && !style.maxInlineSize) return;
    style.minInlineSize = style.maxInlineSize = "";
    classList.remove("tight", "cut");
  }

  /**
   * Keeps a line as wide as it was; one that has become longer only while it goes by with another one in view behind it.
   * @param {number} was @param {Item} item
   */
  function fit(was, item) {
    const width = widthOf(item);
    if (width < was - 0.1) item.style.minInlineSize = `${was}px`;
    if (width < was + 1) return;
    const seen = [...kept.keys()];
    if (!motion() || !seen.slice(seen.indexOf(item) + 1).some(({ id }) => id)) return free(item);
    item.style.maxInlineSize = `${was}px`;
    item.classList.add("tight");
    const link = /** @type {HTMLElement} */ (item.querySelector("a"));
    const row = parseFloat(getComputedStyle(link).lineHeight); // out of which letters may reach, as Arabic ones do
    if (link.scrollHeight > link.clientHeight + row / 2) item.classList.add("cut");
  }

  /** Whether what is in view of a line is but the place of words that are gone. @param {Item} item */
  const isEmpty = (item) => !item.id || (item.style.minInlineSize && end(/** @type {any} */ (item.querySelector("a"))) <= 0);

  /** @param {Item[]} items */
  function order(items) {
    belt = items;
    for (const [place, { style }] of belt.entries()) if (style.order !== `${place}`) style.order = `${place}`;
  }

  /**
   * Puts news behind what is in view, and what has gone by behind all, where it is not seen; older lines come last.
   * @param {Item[]} seen @param {Item[]} news @param {Item[]} older
   */
  function goOn(seen, news, older) {
    const moving = motion();
    const items = belt.filter((item) => item.isConnected && (item.id || seen.includes(item) || item.remove()));
    const last = items.at(-1);
    const width = room();
    let edge = last ? end(last) : 0;
    const gone = items.splice(0, moving && seen[0] ? items.indexOf(seen[0]) : 0);
    const widths = gone.map((item) => item.offsetWidth);
    for (const [n, item] of gone.entries()) {
      const gap = Math.max(0, width - edge);
      item.style.marginInlineStart = `${gap}px`;
      edge += gap + widths[n];
    }
    if (moving && last && !seen[0]) {
      moving.currentTime = 0; // all have gone by: there is but one, or nobody was there to see, or words are gone
      goBy(moving, 0);
      items[0].style.marginInlineStart = `${items[1] || empty ? 0 : width}px`;
    }
    items.splice(items.findLastIndex((item) => seen.includes(item)) + 1, 0, ...news);
    order([...items, ...gone, ...older]);
  }

  /** @param {() => void} change */
  function keep(change) {
    if (reader.still()) return place.keep(change);
    empty = false;
    const off = place.around(change);
    const moving = motion();
    if (moving) viewport.scrollLeft = 0;
    else if (running) pad(0, 0);
    running = !!moving;
    if (!moving) return place.settle(off);
    const way = empty ? 0 : off();
    if (Math.abs(way) > 0.1) goBy(moving, place.lead - way);
  }

  // A link that the keyboard reached makes the crawl stand still (style.js), and must be seen whole, or from its beginning.
  viewport.addEventListener("focusin", ({ target }) => {
    const link = /** @type {HTMLElement} */ (target);
    if (!link.matches("a:focus-visible")) return;
    if (running) pad(0, 0); // it goes on from where the row will have been scrolled to
    running = false;
    free(/** @type {Item} */ (link.closest("li")));
    link.scrollIntoView({ block: "nearest", inline: link.offsetWidth > viewport.clientWidth ? "start" : "nearest" });
  });

  function begin() {
    order(/** @type {Item[]} */ ([...list.children]));
    pad(0, 0);
    const moving = motion();
    if (moving) moving.currentTime = 0;
  }

  // Who comes to want no motion finds the row at its start, and not the room that the crawl has gone through.
  list.addEventListener("animationcancel", () => reader.still() && begin());

  return {
    keep,
    view,
    begin,

    ready(lines, writing, { type, id, line: changed }) {
      const moving = motion();
      const now = performance.now();
      if (moving) ran = now;
      else if (now - ran > MINUTE) {
        // Its times go on; the words of what has just been corrected come below, in its place.
        for (const line of lines) if (line.id !== changed?.id) belt.find(({ id }) => id === line.id)?.fill(line, writing, true);
      }
      const seen = new Map(view().map((item) => [item, widthOf(item)]));
      kept = new Map();
      for (const item of belt) {
        const width = seen.get(item);
        if (!width || item.style.maxInlineSize) free(item);
        if (!width) continue;
        if (!lines.some((line) => line.id === item.id)) {
          const gone = type === "snapshot" || item.id === id || item.expires <= writing.now || reader.still();
          if (gone && !moving) continue; // a row need not wait until the gap is out of view: it may never be
          if (gone && item.id) item.id = item.textContent = "";
          else if (item.id === changed?.id) item.fill(changed, writing);
        }
        kept.set(item, width);
      }
      return [...kept.keys()];
    },

    place(news, older) {
      kept.forEach(fit);
      let seen = [...kept.keys()];
      // The place of a long line that is withdrawn, or has become short, is not waited for: it may be a minute long.
      empty = !!motion() && seen.length > 0 && seen.every(isEmpty);
      if (empty) {
        seen.forEach(free);
        seen = [];
      }
      if (reader.still()) order(/** @type {Item[]} */ ([...list.children]));
      else goOn(seen, news, older);
    },

    wake() {
      if (motion()) keep(() => goOn(view(), [], []));
    },
  };
}
