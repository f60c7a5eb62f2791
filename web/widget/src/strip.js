/** The strip: label, lines, and a place for the buttons of one element. */
import { web } from "./attributes.js";
import { displayOf } from "./display.js";
import { element, put } from "./nodes.js";
import { voiceOf } from "./words.js";

/** @typedef {import("./breaking-ticker-element.js").BreakingTickerElement} Host */

/** @typedef {import("./lines.js").Line} Line */

/** @param {Host} host */
export function stripOf(host) {
  const display = displayOf();
  const { viewport } = display;
  const label = element("div", "label");
  const fallback = element("slot", "fallback");
  const controls = element("div", "controls");
  const node = element("div", "strip", label, fallback, viewport, controls);
  let voice = voiceOf();

  node.role = "group"; // a region of the page would need another name for each

  return {
    node,
    controls,
    display,

    get voice() {
      return voice;
    },

    /** Whether the page put something inside the element. */
    get inside() {
      return fallback.assignedNodes().some((node) => node.textContent?.trim());
    },

    /**
     * Brings all to what is so now; writes only what differs.
     * @param {import("./viewers.js").Viewer | undefined} viewer
     * @param {import("./movement.js").Movement | undefined} movement  without it the lines stand still
     * @param {import("./movement.js").Happened} change  what has just happened
     */
    draw(viewer, movement, change) {
      const { lines } = host;
      const ready = viewer?.ready;
      voice = voiceOf(host.lang, viewer?.language, /** @type {HTMLElement | null} */ (host.closest("[lang]"))?.lang);
      const { label: name } = voice.words;
      put(node, { lang: voice.language, dir: host.hasAttribute("dir") ? "" : (viewer?.direction ?? ""), ariaLabel: name });
      put(label, { textContent: name });
      put(fallback, { hidden: ready || !this.inside });
      put(controls, { hidden: !ready });
      if (lines.length) viewport.hidden = false;
      const writing = {
        voice,
        language: viewer?.language || voice.language,
        direction: viewer?.direction || host.dir,
        /** @param {Line} line */
        link: (line) => web(line.url)?.href ?? `${host.server}/${host.channel}/lines/${encodeURIComponent(line.id)}`,
        now: viewer?.now ?? 0,
      };
      if (movement) movement.show(lines, writing, change, host);
      else {
        put(node, { className: `${host.display} waits` });
        display.show(lines, writing);
      }
      put(viewport, { hidden: !lines.length }); // not before: the focus of a line that is gone has to be handed on
    },
  };
}

/** @typedef {ReturnType<typeof stripOf>} Strip */
