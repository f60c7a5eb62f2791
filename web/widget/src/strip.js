/** The strip: label, lines, state and buttons of one element, as nodes and as words. */
import { web } from "./attributes.js";
import { displayOf } from "./display.js";
import { element, put } from "./nodes.js";
import { voiceOf } from "./words.js";

/** @typedef {import("./breaking-ticker-element.js").BreakingTickerElement} Host */
/** @typedef {import("./lines.js").Line} Line */

/** What follows a way to announce, and its aria-pressed. @type {Record<string, [string, string]>} */
const SOUNDS = { flash: ["all", "mixed"], all: ["off", "true"], off: ["flash", "false"] };

/** @param {Host} host @param {(text: string) => void} say  to a screen reader */
export function stripOf(host, say) {
  const display = displayOf();
  const { viewport } = display;
  const label = element("div", "label");
  const fallback = element("slot", "fallback");
  const none = element("div", "none");
  const lostWord = element("span", "");
  const hour = new Text();
  const state = element("div", "status", lostWord, hour);
  const counter = element("span", "counter");
  const [announce, previous, next, pause] = ["announce", "previous", "next", "pause"].map((part) => element("button", part));
  const controls = element("div", "controls", counter, announce, previous, next, pause);
  const announcer = element("slot", "");
  const node = element("div", "strip", label, fallback, none, viewport, state, controls, announcer);
  let voice = voiceOf();

  node.role = "group"; // a region of the page would need another name for each
  announcer.name = "announcer";
  announce.onclick = () => host.setAttribute("announce", SOUNDS[host.announce][0]);
  previous.onclick = () => say(display.turn(-1));
  next.onclick = () => say(display.turn(1));
  pause.onclick = () => (host.paused = !host.paused);
  // A link that the keyboard reached makes the crawl stand still (style.js), and must be seen whole.
  viewport.addEventListener("focusin", () => /** @type {ShadowRoot} */ (node.parentNode).activeElement?.scrollIntoView({ block: "nearest", inline: "nearest" }));

  return {
    node,

    get voice() {
      return voice;
    },

    /** A second has gone by. */
    age() {
      if (!host.paused && !node.matches(":hover, :focus-within") && !matchMedia("(prefers-reduced-motion)").matches) display.age();
    },

    /**
     * Brings all to what is so now; writes only what differs.
     * @param {import("./viewers.js").Viewer | undefined} viewer
     * @param {number} waiting  lines that wait for the end of a pause
     * @param {boolean} lost    whether to say that the lines are not live
     * @param {Partial<import("./lines.js").Change>} change  what has just happened
     */
    draw(viewer, waiting, lost, change) {
      const { lines, paused, since, status } = host;
      const ready = viewer?.ready;
      voice = voiceOf(host.lang, viewer?.language, host.closest("[lang]")?.getAttribute("lang"));
      const { later, words } = voice;
      const inside = fallback.assignedNodes().some((node) => node.textContent?.trim());
      put(node, { lang: voice.language, dir: host.hasAttribute("dir") ? "" : (viewer?.direction ?? ""), ariaLabel: words.label });
      put(label, { textContent: words.label });
      put(fallback, { hidden: ready || !inside });
      put(none, { hidden: ready ? lines.length > 0 : inside || status !== "ended", textContent: (ready ? later?.none : later?.ended) ?? "" });
      put(lostWord, { textContent: later?.lost ?? "" });
      put(hour, { data: since ? voice.hour(since) : "" });
      put(state, { hidden: !lost });
      put(controls, { hidden: !ready });
      put(counter, { textContent: voice.fresh(waiting) });
      put(announce, { hidden: !later, textContent: later?.aloud ?? "", ariaPressed: SOUNDS[host.announce][1] });
      put(previous, { title: words.previous });
      put(next, { title: words.next });
      put(pause, { title: paused ? words.resume : words.pause, className: paused ? "go" : "" });
      viewport.hidden = false;
      // It moves or stands still as the attributes say; between the two the reader's place is kept.
      display.keep(() => {
        display.become(host.display, host.speed);
        put(node, { className: host.display + (paused ? " still" : "") });
      });
      display.show(
        lines,
        {
          voice,
          language: viewer?.language || voice.language,
          direction: viewer?.direction || host.dir,
          link: (line) => web(line.url)?.href ?? `${host.server}/${host.channel}/lines/${encodeURIComponent(line.id)}`,
          now: viewer?.now ?? 0,
        },
        change,
      );
      viewport.hidden = !lines.length; // not before: the focus of a line that is gone has to be handed on
      return state.textContent;
    },
  };
}
