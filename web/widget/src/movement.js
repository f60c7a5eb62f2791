/**
 * How the lines go by: style makes of the one list a strip that crawls (crawl.js), one line at a time (rotate.js), or a
 * column. Here is what they share: lines come and go, what is read stays where it is, focus is handed on, and news waits
 * where it would move what is read.
 *
 * Where nothing in view is to stay, as when another channel comes, all starts at the beginning.
 */
import { crawlOf } from "./crawl.js";
import { placeOf } from "./place.js";
import { rotateOf, toRead } from "./rotate.js";

/** @typedef {import("./line-item.js").Item} Item */
/** @typedef {import("./line-item.js").Writing} Writing */
/** @typedef {import("./lines.js").Line} Line */

/**
 * A change that has just come.
 * @typedef {{type?: string, id?: string, line?: Line}} Happened
 *
 * Who reads.
 * @typedef {object} Reader
 * @property {() => boolean} near   whether they point at the lines, or are in them by keyboard, or at the buttons that turn them
 * @property {() => boolean} still  whether they want no motion
 *
 * One way for lines to go by.
 * @typedef {object} Way
 * @property {(change: () => void) => void} keep  makes a change around which what is read stays where it is
 * @property {() => Item[]} view                  the lines in view
 * @property {(first?: Item) => void} begin       starts at the beginning: the newest line, at the start; or alone, this one
 * @property {(lines: readonly Line[], writing: Writing, happened: Happened) => Item[]} ready
 *   Before lines come and go: gives those that stay as they are, for now.
 * @property {(news: Item[], older: Item[]) => void} place  after it: puts those that are new where they belong
 * @property {(by: number) => string} [turn]      by a button, 1: the next line, -1: the one before; gives what it says
 * @property {() => void} [tick]                  a second has gone by
 * @property {() => void} [wake]                  the page has come in sight
 */

const FADE = 180; // ms that a new line takes to appear
const GLOW = 1500; // ms that a corrected one takes to look like the others
const LEFT = 60_000; // ms after which a mouse that does not move points at nothing: its owner is gone, or it is that of a wall

/** Takes a display over. @param {import("./display.js").Display} display */
export function movementOf(display) {
  const { list, viewport, show } = display;
  const items = () => /** @type {Item[]} */ ([...list.children]);
  const root = () => /** @type {ShadowRoot} */ (viewport.getRootNode());
  let touched = false; // whether the pointer that came last is a finger, which stays nowhere
  let pointed = 0; // ms since the page began, when it last moved
  const point = (/** @type {PointerEvent} */ { pointerType }) => {
    touched = pointerType === "touch";
    pointed = performance.now();
    viewport.classList.remove("left");
  };
  for (const type of /** @type {const} */ (["pointerenter", "pointermove"])) viewport.addEventListener(type, point);

  /** @type {Reader} */
  const reader = {
    still: () => matchMedia("(prefers-reduced-motion)").matches,
    near: () =>
      !!root().querySelector(":is([part=viewport], a, [part=previous], [part=next]):focus-visible") ||
      (!touched && viewport.matches(":hover:not(.left)")),
  };
  const column = placeOf(display, reader, false, items);
  /** @type {Record<string, Way>} */
  const ways = {
    crawl: crawlOf(display, reader),
    rotate: rotateOf(display, reader),
    list: { keep: column.keep, view: column.view, begin: () => column.pad(0, 0), ready: () => [], place() {} },
  };
  /** @type {Way | undefined} */
  let way;
  let waited = 0; // s that news has

  /** Starts at the beginning, but with the line in view that the keyboard is at. @param {Way} way @param {Item | null} [focused] */
  function begin(way, focused) {
    for (const item of items()) {
      item.hidden = false;
      item.style.cssText = "";
      item.classList.remove("tight", "cut");
    }
    viewport.scrollTo({ top: 0, left: 0, behavior: "instant" });
    way.begin(focused ?? undefined);
    focused?.querySelector("a:focus-visible")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Gives focus to the first of some lines that can have it, or to the pause button. @param {(Item | null | undefined)[]} wanted */
  function refocus(wanted) {
    const next = wanted.find((item) => item?.isConnected && item.id && !item.hidden)?.querySelector("a");
    const pause = /** @type {HTMLElement} */ (root().querySelector("[part=pause]"));
    const { parentElement: controls } = pause;
    if (controls && !next) controls.hidden = false; // while another channel is on its way
    (next ?? pause).focus({ preventScroll: true });
  }

  return {
    /** @param {number} by */
    turn: (by) => way?.turn?.(by) ?? "",

    wake: () => way?.wake?.(),

    /** A second has gone by. */
    tick() {
      waited++;
      viewport.classList.toggle("left", performance.now() - pointed > LEFT);
      way?.tick?.();
    },

    /**
     * Whether news has to wait: the reader is at the lines, and it would move them; or wants no motion, and what it would
     * move has not stood long enough since to be read.
     * @param {number} count  of new lines
     */
    holds(count) {
      if (!count) waited = 0;
      if (!way || !list.firstChild || (way === ways.crawl && !reader.still())) return false;
      return reader.near() || (count > 0 && reader.still() && waited <= toRead(way.view()[0]));
    },

    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {Happened} happened
     * @param {{display: string, speed: number, paused: boolean}} host
     */
    show(lines, writing, happened, { display, speed, paused }) {
      const { type } = happened;
      const className = display + (paused ? " still" : "");
      const strip = /** @type {HTMLElement} */ (viewport.parentElement);
      const dress = () => {
        strip.className = className;
        list.style.setProperty("--speed", `${speed}`);
      };
      const link = /** @type {HTMLElement | null} */ (root().activeElement);
      const focused = /** @type {Item | null | undefined} */ (link?.closest("li"));
      const beside = /** @type {Item | null | undefined} */ (focused?.nextElementSibling ?? focused?.previousElementSibling);
      const before = way;
      const now = (way = ways[display]);
      if (before !== now) dress();
      else if (strip.className !== className || list.style.getPropertyValue("--speed") !== `${speed}`) now.keep(dress);
      const whole = !type || type === "snapshot"; // any lines may have come and gone
      const stays = () => (type ? now.view() : items()).some(({ id }) => lines.some((line) => line.id === id));
      const anew = before !== now || !lines.length || (whole && !stays());

      const change = () => {
        const made = show(lines, writing, anew ? [] : now.ready(lines, writing, happened));
        if (anew) return begin(now, focused?.isConnected ? focused : null);
        if (!reader.still()) {
          for (const item of made) item.animate({ opacity: [0, 1] }, FADE);
          const corrected = type === "correct" && happened.line?.correction && items().find(({ id }) => id === happened.line?.id);
          if (corrected) corrected.animate({ background: ["var(--tint)", "#0000"] }, GLOW);
        }
        const known = lines.findLastIndex((line) => !made.some((item) => item.id === line.id));
        // What moves up where another line went is older than all that is shown, and no news.
        const older = type === "publish" ? [] : made.splice(made.length + known + 1 - lines.length);
        now.place(made, older);
      };
      if (before === now) now.keep(change);
      else change();
      if (focused && (root().activeElement !== link || focused.hidden)) refocus([focused, beside, ...now.view(), ...items()]);
    },
  };
}

/** @typedef {ReturnType<typeof movementOf>} Movement */
