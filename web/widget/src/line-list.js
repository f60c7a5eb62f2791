/** A list of lines as elements: what is the same stays the same node, so that nothing flickers and no focus is lost. */
import { element, put } from "./nodes.js";

/**
 * How lines are written.
 * @typedef {object} Writing
 * @property {import("./words.js").Voice} voice
 * @property {string} direction  of the texts: ltr, rtl, or "" if nobody told
 * @property {(line: import("./lines.js").Line) => string} link
 * @property {number} now        ms since 1970
 */

const URGENT = 2; // and below it: flash

/** One line's nodes. They are made once and filled again with each version. */
class Item {
  #time = element("time", { part: "time" });
  #source = element("bdi", { part: "source" });
  #colon = document.createTextNode("");
  #text = element("bdi", { part: "text" });
  #link = element("a", { part: "link", rel: "noopener" }, this.#source, this.#colon, this.#text);
  #mark = element("span", { part: "mark" });
  node = element("li", { part: "line" }, this.#time, this.#link, this.#mark);

  /** @param {boolean} copy  of the list that is there to be looked at only */
  constructor(copy) {
    if (copy) this.#link.tabIndex = -1;
  }

  /** @param {import("./lines.js").Line} line @param {Writing} writing */
  fill(line, { voice, direction, link, now }) {
    this.node.classList.toggle("urgent", line.urgency <= URGENT);
    this.#time.dateTime = new Date(line.published).toISOString();
    put(this.#time, voice.time(line.published, now));
    put(this.#source, line.source ?? "");
    put(this.#colon, line.source ? voice.words.colon : "");
    const changed = put(this.#text, line.text);
    this.#text.dir = direction || "auto";
    this.#link.href = link(line);
    put(this.#mark, line.correction ? voice.words.corrected : "");
    this.#mark.title = line.correction ?? "";
    return changed;
  }
}

export class LineList {
  node;
  /** @type {Map<string, Item>} */
  #items = new Map();
  #copy;

  /** @param {boolean} copy  a second list for the eye: hidden from assistive technology and from the keyboard */
  constructor(copy) {
    this.#copy = copy;
    this.node = element("ul", copy ? { "aria-hidden": "true" } : { role: "list" });
    // A pointer may follow its links, but must not leave the focus where a screen reader finds nothing.
    if (copy) this.node.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** @param {readonly import("./lines.js").Line[]} lines @param {Writing} writing @param {boolean} quiet  mark nothing as new or changed */
  show(lines, writing, quiet) {
    const wanted = new Set(lines.map((line) => line.id));
    for (const [id, item] of this.#items) if (!wanted.has(id)) this.#remove(id, item);
    let place = this.node.firstElementChild;
    for (const line of lines) {
      const node = this.#fill(line, writing, quiet);
      if (node === place) place = place.nextElementSibling;
      else this.node.insertBefore(node, place);
    }
  }

  clear() {
    this.#items.clear();
    this.node.replaceChildren();
  }

  /** The node of a line, if it is shown. @param {string} id */
  at(id) {
    return this.#items.get(id)?.node;
  }

  /** The lines shown and their nodes, in order. @returns {[string, HTMLElement][]} */
  entries() {
    const ids = new Map([...this.#items].map(([id, { node }]) => [/** @type {Element} */ (node), id]));
    return [...this.node.children].map((node) => [ids.get(node) ?? "", /** @type {HTMLElement} */ (node)]);
  }

  /** @param {import("./lines.js").Line} line @param {Writing} writing @param {boolean} quiet */
  #fill(line, writing, quiet) {
    const known = this.#items.get(line.id);
    const item = known ?? new Item(this.#copy);
    this.#items.set(line.id, item);
    const changed = item.fill(line, writing);
    if (!quiet && !known) item.node.classList.add("fresh");
    if (!quiet && known && changed) this.#flash(item.node);
    return item.node;
  }

  /** @param {Element} node */
  #flash(node) {
    node.classList.remove("fresh", "changed");
    node.getBoundingClientRect(); // so that a second correction within the first one's flash starts it again
    node.classList.add("changed");
  }

  /** Hands the focus on before its line goes. @param {string} id @param {Item} item */
  #remove(id, { node }) {
    if (node.matches(":focus-within")) {
      const next = node.nextElementSibling ?? node.previousElementSibling;
      /** @type {HTMLElement | null | undefined} */ (next?.querySelector("a"))?.focus();
    }
    node.remove();
    this.#items.delete(id);
  }
}
