/** One line's nodes: made once and filled again with each version, so that nothing flickers and no focus is lost. */
import { element, put } from "./nodes.js";

/** @typedef {import("./lines.js").Line} Line */

/**
 * How lines are written.
 * @typedef {object} Writing
 * @property {import("./words.js").Voice} voice
 * @property {string} language   of the texts: a BCP 47 tag
 * @property {string} direction  of the texts: ltr, rtl, or "" if nobody told
 * @property {(line: Line) => string} link
 * @property {number} now        ms since 1970
 *
 * A line's element; `id` is the line's.
 * @typedef {HTMLLIElement & {expires: number, fill: (line: Line, writing: Writing, timed?: boolean) => void}} Item
 */

const URGENT = 2; // and below it: flash

/** @returns {Item} */
export function itemOf() {
  const [source, text] = ["source", "text"].map((part) => element("bdi", part));
  const [time, colon, mark] = [element("time", "time"), new Text(), element("span", "mark")];
  const link = element("a", "link", source, colon, text, mark);
  const node = element("li", "line", time, link);

  return Object.assign(node, {
    expires: 0,
    /** @param {Line} line @param {Writing} writing @param {boolean} [whole]  also what makes the same words longer: time, pin, bold */
    fill(line, { voice, language, direction, link: to, now }, whole) {
      put(/** @type {Item} */ (node), { id: line.id, expires: line.expires });
      if (whole) {
        put(node, { className: (line.urgency > URGENT ? "" : "urgent") + (line.pinned ? " pinned" : "") });
        put(time, { dateTime: new Date(line.published).toISOString(), textContent: voice.ago(line.published, now) });
      }
      put(link, { href: to(line), rel: "noopener", lang: language });
      put(source, { textContent: line.source ?? "" });
      put(colon, { data: line.source ? voice.words.colon : "" });
      put(text, { textContent: line.text, dir: direction || "auto" });
      put(mark, { textContent: line.correction ? voice.words.corrected : "", title: line.correction ?? "" });
    },
  });
}
