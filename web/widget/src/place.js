/**
 * The reader's place among lines that stand in a row or a column: around every change it is remembered and given back.
 * It is that of the line which the reader points at or is at by keyboard, else of the first one in view.
 */
/** @typedef {import("./line-item.js").Item} Item */

const GLIDE = 1000; // ms that the lines take at most to go up to the newest one

/**
 * @param {import("./display.js").Display} display
 * @param {import("./movement.js").Reader} reader
 * @param {boolean} across  whether they stand in a row
 * @param {() => Item[]} items  in the order in which they stand
 */
export function placeOf({ list, viewport }, reader, across, items) {
  let lead = 0; // px of room before the first one
  let tail = 0; // px of room behind the last one, to scroll into
  let drift = 0; // px scrolled for the sake of a reader at the lines, and not by them
  let glided = -GLIDE; // ms since the page began, when the newest line was last gone up to

  const backwards = () => list.matches(":dir(rtl)");

  /** How much larger the page shows it than it is laid out: it may stand in what is zoomed or scaled. */
  const scale = () => viewport.getBoundingClientRect().width / viewport.offsetWidth || 1;

  /** Where a line stands: px from the start of the viewport, along the way that lines go. @param {Item} item */
  function start(item) {
    const [outer, inner] = [viewport, item].map((node) => node.getBoundingClientRect());
    return (!across ? inner.top - outer.top : backwards() ? outer.right - inner.right : inner.left - outer.left) / scale();
  }

  /** And where it ends. @param {Item} item */
  const end = (item) => start(item) + (across ? item.offsetWidth : item.offsetHeight);

  const room = () => (across ? viewport.clientWidth : viewport.clientHeight);

  /** The lines in view. */
  const view = () => items().filter((item) => start(item) < room() && end(item) > 0);

  /** Puts so much room before the lines and behind them. @param {number} before @param {number} behind  both px */
  function pad(before, behind) {
    lead = before;
    tail = behind;
    for (const [name, px] of [["--lead", `${lead}px`], ["--tail", `${tail}px`]])
      if (list.style.getPropertyValue(name) !== px) list.style.setProperty(name, px);
  }

  /** @param {number} px */
  function scroll(px) {
    viewport.scrollBy({ [across ? "left" : "top"]: across && backwards() ? -px : px, behavior: "instant" });
  }

  /** px from the newest line. */
  const scrolled = () => Math.abs(viewport.scrollLeft) + viewport.scrollTop;

  /** Goes to the newest line: scrolled, not shifted, since browsers and readers count that against a page. */
  function goUp() {
    const still = reader.still();
    if (!still) glided = performance.now();
    viewport.scrollTo({ top: 0, left: 0, behavior: still ? "instant" : "smooth" });
  }

  /** Makes a change, and gives a measure of how many px too far it has put what is read. @param {() => void} change */
  function around(change) {
    const places = view().map((item) => /** @type {const} */ ([item, start(item)]));
    const own = list.querySelector("li:is(:hover, :focus-within)");
    change();
    // Nobody reads the beginning of what has begun to leave; but where the line behind it is gone, its end.
    const first = Math.max(0, places.findIndex(([, at]) => at > -1));
    const wanted = [places.find(([item]) => item === own), places[first], ...places.slice(0, first).reverse(), ...places];
    const [anchor, at = 0] = wanted.find((place) => place?.[0].isConnected) ?? [];
    return () => (anchor ? start(anchor) - at : 0);
  }

  /** Scrolls back to what is read, if need be into room made for it. @param {() => number} off  as `around` gives it */
  function settle(off) {
    const way = off();
    if (!way) return;
    scroll(way);
    const rest = off(); // the lines end in view, or begin there
    if (rest) pad(lead + Math.max(0, -rest), tail + Math.max(0, rest));
    if (rest > 0) scroll(rest);
  }

  return {
    scale,
    start,
    end,
    room,
    view,
    pad,

    get lead() {
      return lead;
    },

    around,
    settle,

    /**
     * Makes a change to lines that stand in their own order. Whoever looks at the newest one goes on doing so, as soon as
     * they are not at the lines.
     * @param {() => void} change
     */
    keep(change) {
      const from = scrolled();
      const first = from - drift < 1 || performance.now() - glided < GLIDE;
      const near = reader.near();
      const off = around(() => {
        if (!near && (lead || tail)) pad(0, 0);
        change();
      });
      const way = off();
      if (near) settle(off);
      else if (way) scroll(way);
      if (near) drift += scrolled() - from;
      else {
        if (first && (drift || way >= 1)) goUp();
        drift = 0;
      }
    },
  };
}

/** @typedef {ReturnType<typeof placeOf>} Place */
