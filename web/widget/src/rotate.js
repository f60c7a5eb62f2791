/**
 * One line alone at a time. News comes next, then the round goes on where it was; the reader's buttons go along the lines in
 * their own order. A line that is higher than its place is shown in parts, to its end, before another one comes.
 */
/** @typedef {import("./line-item.js").Item} Item */

const NEWS = 2; // s that a line stands alone before news
const DWELL = 5; // s before another line, and one more for each
const READ = 20; // letters

/** s that it takes to read a line, or a part of it. @param {Item | undefined} item @param {number} [part]  0 < part ≤ 1 */
export const toRead = (item, part = 1) => DWELL + ((item?.textContent ?? "").length * part) / READ;

/** @param {import("./display.js").Display} display @param {import("./movement.js").Reader} reader @returns {import("./movement.js").Way} */
export function rotateOf({ list, viewport }, reader) {
  /** The line that stands alone. @type {Item | undefined} */
  let alone;
  /** The last one that came in its turn. @type {Item | undefined} */
  let turned;
  /** News that has not stood alone. @type {Item[]} */
  let fresh = [];
  let soon = false; // whether some has come since this one stands alone
  let age = 0; // s that it has
  /** The lines before a change. @type {Item[]} */
  let before = [];

  const items = () => /** @type {Item[]} */ ([...list.children]);

  /** The line so many places on, round and round. @param {Item | undefined} item @param {number} by */
  const beside = (item, by, all = items()) => all.at((all.findIndex((other) => other === item) + by) % all.length);

  /** @param {Item | undefined} item */
  function stand(item) {
    alone = item;
    fresh = fresh.filter((other) => other !== item);
    soon = false;
    age = viewport.scrollTop = 0;
    for (const other of items()) other.hidden = other !== item;
    look();
  }

  const rowHeight = () => parseFloat(getComputedStyle(list).lineHeight);

  /** Whether there is more of a line that is higher than its place; the button that goes on shows it. */
  function look() {
    const { clientHeight, scrollHeight, scrollTop } = viewport;
    const more = scrollTop + clientHeight + rowHeight() / 2 < scrollHeight;
    viewport.classList.toggle("more", more);
    return more;
  }

  /** How much of the line there is room for. */
  const part = () => Math.min(1, viewport.clientHeight / viewport.scrollHeight);

  /** Shows more of the line, if there is more. */
  function more() {
    if (!look()) return false;
    age = 0;
    const { clientHeight } = viewport;
    viewport.scrollTop += clientHeight - (clientHeight % rowHeight());
    look();
    return true;
  }

  /** The next one: news, or that whose turn it is. */
  const next = () => fresh[0] ?? (turned = beside(turned, 1));

  return {
    keep: (change) => change(),
    view: () => (alone ? [alone] : []),

    begin(first) {
      fresh = [];
      stand((turned = first ?? items()[0]));
    },

    ready() {
      before = items();
      return [];
    },

    place(news, older) {
      for (const item of [...news, ...older]) item.hidden = true;
      fresh = [...news, ...fresh].filter((item) => item.isConnected);
      soon ||= news.length > 0;
      const place = before.findIndex((item) => item === turned);
      turned = before.slice(0, place + 1).findLast((item) => item.isConnected); // or the one before it, if it is gone
      if (!alone?.isConnected) stand(next());
      look();
    },

    turn(by) {
      if (by > 0 && more()) return "";
      stand((turned = beside(alone, by)));
      return alone?.querySelector("a")?.textContent ?? "";
    },

    tick() {
      if (reader.near() || ++age <= (soon ? NEWS : reader.still() && !fresh[0] ? Infinity : toRead(alone, part()))) return;
      if (!more()) stand(next());
    },
  };
}
