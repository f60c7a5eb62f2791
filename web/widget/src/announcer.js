/**
 * What a screen reader is told: two nodes that are there before they say anything. They stand among the element's own
 * children, since screen readers are not sure to notice what happens in a shadow tree.
 */
import { fresh as freshWords } from "./aside-words.js";

const FLASH = 1;
const SAID_FOR = 10; // s that an announcement stays: long enough to be read out, not to be found as news later
const SAID_MOST = 10; // lines
const BATCH = 20; // s in which new lines are counted before their number is said
/** @param {import("./aside.js").Tools} tools */
export function announcerOf({ element }) {
  const nodes = [element("div", ""), element("div", "")];
  const node = element("div", "", ...nodes);
  let quiet = BATCH; // s since the last announcement: the first one need not wait
  let fresh = 0; // lines to be counted out
  /** What is said now, by the line that it is about: lines that come together are all read out. @type {Map<string, Element>} */
  const said = new Map();
  node.slot = "announcer";
  nodes[0].ariaLive = "polite";
  nodes[1].ariaLive = "assertive";

  /** @param {string} text @param {boolean} [urgent] @param {string} [id]  of the line that it is about */
  function say(text, urgent = false, id = "") {
    const sentence = element("p", "", text);
    hush("");
    hush(id);
    said.set(id, sentence);
    nodes[+urgent].append(sentence);
    if (said.size > SAID_MOST) hush(said.keys().next().value);
    quiet = 0;
  }

  /** Takes back what was said of a line, or else all. @param {string} [id] */
  function hush(id) {
    for (const [line, sentence] of said) {
      if (line !== (id ?? line)) continue;
      sentence.remove();
      said.delete(line);
    }
  }

  return {
    node,
    say,
    hush,

    /** Says a new line, or counts it. @param {import("./lines.js").Line} line @param {boolean} all @param {import("./words.js").Words} words */
    tell({ id, urgency, source, text }, all, { label, colon }) {
      if (urgency > FLASH && !all) fresh++;
      else say(`${label}. ${source ? source + colon : ""}${text}`, urgency <= FLASH, id);
    },

    /** A second has gone by. @param {string} language */
    tick(language) {
      quiet++;
      const count = quiet > BATCH && freshWords(language, fresh);
      if (count) {
        say(count);
        fresh = 0;
      } else if (quiet > SAID_FOR) hush();
    },
  };
}
