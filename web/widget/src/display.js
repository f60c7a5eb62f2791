/**
 * The lines as people see them: one list for all displays, of which style makes a row, one line, or a column. This shows
 * the first lines; movement.js, once it has come, takes the list over and has them go by.
 */
import { itemOf } from "./line-item.js";
import { element } from "./nodes.js";

/** @typedef {import("./line-item.js").Item} Item */
/** @typedef {import("./line-item.js").Writing} Writing */
/** @typedef {import("./lines.js").Line} Line */

export function displayOf() {
  const list = element("ul", "track");
  const viewport = element("div", "viewport", list);
  list.role = "list"; // Safari takes a list without bullets for none

  return {
    list,
    viewport,

    /**
     * Brings the list to what is so now; writes only what differs.
     * @param {readonly Line[]} lines
     * @param {Writing} writing
     * @param {readonly Item[]} [seen]  items that stay as they are: those of other lines too, and as wide as the same words were
     * @returns {Item[]}  those of lines that are new
     */
    show(lines, writing, seen = []) {
      const items = /** @type {Item[]} */ ([...list.children]);
      for (const item of items) if (!seen.includes(item) && !lines.some(({ id }) => id === item.id)) item.remove();
      return lines.flatMap((line, place) => {
        const known = items.find(({ id }) => id === line.id);
        const item = known ?? itemOf();
        item.fill(line, writing, !seen.includes(item)); // in view, a time that grew by a digit would move what is behind it
        if (list.children[place] !== item) list.insertBefore(item, list.children[place]);
        return known ? [] : item;
      });
    },
  };
}

/** @typedef {ReturnType<typeof displayOf>} Display */
