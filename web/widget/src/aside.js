/**
 * What stands beside the lines: buttons, the state where it is not live, the word where there are no lines, and what a
 * screen reader is told. Loaded while the first lines are on their way; nothing moves before it has come, since there is
 * no pause button yet. It imports nothing that the rest of the widget needs too: that would be one more file.
 */
import { announcerOf } from "./announcer.js";
import { sheet } from "./aside-style.js";
import { WORDS, fresh as freshWords, hour } from "./aside-words.js";
import { movementOf } from "./movement.js";

/** @typedef {import("./breaking-ticker-element.js").BreakingTickerElement} Host */
/** @typedef {import("./lines.js").Change} Change */
/** @typedef {import("./strip.js").Strip} Strip */
/** @typedef {typeof import("./nodes.js") & {first: typeof import("./viewers.js").first}} Tools */

const LOST_AFTER = 5; // s without a live connection until the reader is told
const HELD_MOST = 100; // lines, else twice as many as are shown: more that wait are not counted
const MANY = 10; // new lines, for whose number there is room

/** What follows a way to announce, and its aria-pressed. @type {Record<string, [string, string]>} */
const SOUNDS = { flash: ["all", "mixed"], all: ["off", "true"], off: ["flash", "false"] };

/** @param {Host} host @param {Strip} strip @param {Tools} tools */
export function asideOf(host, strip, tools) {
  const { element, put, first } = tools;
  const { controls, node } = strip;
  const { viewport } = strip.display;
  const movement = movementOf(strip.display);
  const { node: announcements, hush, say, tell, tick } = announcerOf(tools);
  const none = element("div", "none");
  const lostWord = element("span", "");
  const since = new Text();
  const state = element("div", "status", lostWord, since);
  const counter = element("span", "counter");
  const [announce, previous, next, pause] = ["announce", "previous", "next", "pause"].map((part) => element("button", part));
  const announcer = element("slot", "");
  let lost = 0; // s without a live connection

  announcer.name = "announcer";
  announce.onclick = () => host.setAttribute("announce", SOUNDS[host.announce][0]);
  previous.onclick = () => say(movement.turn(-1));
  next.onclick = () => say(movement.turn(1));
  pause.onclick = () => (host.paused = !host.paused);
  controls.append(announce, previous, next, pause);
  viewport.before(none, counter, state, controls); // so that the keyboard finds the pause before the lines; style puts them behind
  node.append(announcer);
  /** @type {ShadowRoot} */ (node.getRootNode()).adoptedStyleSheets.push(sheet);

  /** @param {HTMLElement} button @param {string} word */
  const name = (button, word) => put(button, { title: word, ariaLabel: word });

  return {
    movement,

    /** In the light tree for as long as the element is in the page. */
    enter() {
      for (const copied of host.querySelectorAll(":scope > [slot=announcer]")) copied.remove();
      host.append(announcements);
      document.addEventListener("visibilitychange", movement.wake);
    },

    leave() {
      document.removeEventListener("visibilitychange", movement.wake);
      hush();
      announcements.remove();
      lost = 0;
    },

    /**
     * Says what has happened; nothing while paused, to nobody, or twice on a page.
     * @param {Change} change @param {boolean} fresh
     */
    tell(change, fresh) {
      const { type } = change;
      if (type === "snapshot") return hush();
      hush(type === "withdraw" ? change.id : change.line.id); // what was said may no longer be so
      if (type === "publish" && fresh && host.announce !== "off" && !host.paused && !document.hidden && first(change.line.id)) {
        tell(change.line, host.announce === "all", strip.voice.words);
      }
    },

    /** A second has gone by: lines change places, announcements are over, live is lost for too long. */
    tick() {
      lost = /live|closed/.test(host.status) ? 0 : lost + 1;
      tick(strip.voice.language);
      if (announcements.parentNode !== host) host.append(announcements); // the page may have given it other children
      if (!host.paused) movement.tick();
    },

    /** @param {boolean | undefined} ready @param {number} waiting  lines that wait for the end of a pause */
    draw(ready, waiting) {
      const { language } = strip.voice;
      const words = WORDS[language];
      const { lines, paused, status } = host;
      const told = lost > LOST_AFTER && (ready || status !== "ended");
      put(none, { hidden: ready ? lines.length > 0 : strip.inside || status !== "ended", textContent: ready ? words.none : words.ended });
      put(node.style, { cssText: `--pinned: "${words.pinned}";` });
      put(lostWord, { textContent: words.lost });
      put(since, { data: host.since ? hour(language, host.since) : "" });
      put(state, { hidden: !told });
      // Beside one line alone its place is kept, or the line would have its words in other rows.
      put(counter, { textContent: freshWords(language, waiting, Math.min(2 * host.max, HELD_MOST)), hidden: host.display === "rotate" ? !ready : !waiting });
      put(counter.dataset, { count: `${waiting}`, most: freshWords(language, MANY) });
      put(announce, { textContent: words.aloud, ariaPressed: SOUNDS[host.announce][1] });
      name(previous, words.previous);
      name(next, words.next);
      name(pause, paused ? words.resume : words.pause);
      put(pause, { className: paused ? "go" : "" });
      if (host.display !== "rotate" && [previous, next].some((button) => button.matches(":focus"))) pause.focus(); // they go
      controls.hidden &&= !controls.matches(":focus-within"); // of a channel that has not come yet: focus would be lost
      if (told && first(`${host.since}`)) say(state.textContent ?? "");
      const topics = host.getAttribute("topics") ?? "";
      if (topics.trim() && !host.topics && first(topics)) console.warn(`breaking-ticker: no topic in "${topics}", so all lines are shown`);
      const wrong = status === "ended" ? `channel "${host.channel}" refused by` : told && !ready ? "no answer from" : "";
      if (wrong && first(wrong + host.server)) console.warn(`breaking-ticker: ${wrong} ${host.server}`);
    },
  };
}

/** @typedef {ReturnType<typeof asideOf>} Aside */
