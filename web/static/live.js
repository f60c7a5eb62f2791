/**
 * Keeps the lines of a page live. What the server rendered is read back as the first state, and the connection resumes
 * after the cursor that the page was made at, so nothing is shown twice, missed or drawn anew.
 *
 * A reader who has scrolled down keeps their place: new lines wait behind a button that counts them. Corrections and
 * withdrawals never wait.
 */
import { Connection } from "/widget/src/connection.js";
import { Lines } from "/widget/src/lines.js";
import { clock, dayKey, fill, fullDay, localise } from "/static/times.js";

const OFFLINE_AFTER = 3000; // ms; a reconnect that is faster need not trouble anybody
const TIMER_MOST = 2 ** 31 - 1; // ms; browsers take a longer one for none at all

/** A link to the web, or nothing: no other kind may stand on a page, whatever a message says. @param {string | undefined} url */
const webLink = (url) => (url && /^https?:\/\//i.test(url) ? url : "");

class LiveList {
  /** Ids of lines that came while the reader was further down. @type {Set<string>} */
  #waiting = new Set();
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  #expiry = 0;
  #offline = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.days = "days" in root.dataset;
    this.words = JSON.parse(root.querySelector(".line-words").textContent);
    this.template = root.querySelector(".line-template").content.firstElementChild;
    this.empty = root.querySelector(".empty");
    this.button = root.querySelector("[data-new]");
    this.state = root.parentElement.querySelector("[data-state]");
    this.plural = new Intl.PluralRules(this.words.language);
    this.lines = new Lines(Number(root.dataset.limit));
    this.lines.apply({ type: "snapshot", lines: this.#rendered() }, Date.now());
    this.connection = new Connection({
      address: new URL(`/v1/channels/${root.dataset.live}/`, location.href),
      topics: (root.dataset.topics ?? "").split(" ").filter(Boolean),
      limit: Number(root.dataset.limit),
      deliver: (message) => this.#take(message),
      changed: () => this.#say(),
    });
    this.connection.cursor = root.dataset.cursor;
  }

  start() {
    this.#draw();
    this.button?.addEventListener("click", () => this.#showWaiting());
    addEventListener("scroll", () => this.#waiting.size && this.#atTop() && this.#release(), { passive: true });
    addEventListener("online", () => this.connection.retry());
    document.addEventListener("visibilitychange", () => document.hidden || this.connection.retry());
    // Without a socket the page can rest in the back/forward cache, and comes back by its cursor.
    addEventListener("pagehide", () => this.connection.close());
    addEventListener("pageshow", (event) => event.persisted && this.connection.open());
    this.connection.open();
  }

  /** The lines that the server rendered, as a snapshot would have them. */
  #rendered() {
    return [...this.root.querySelectorAll(".line[id]")].map((item) => {
      this.#items.set(item.id, item);
      const part = (/** @type {string} */ name) => item.querySelector(name);
      return {
        id: item.id,
        version: Number(item.dataset.version),
        text: part(".line-text > bdi").textContent,
        source: part(".line-source bdi")?.textContent,
        urgency: Number(item.dataset.urgency),
        correction: part(".line-state bdi")?.textContent,
        url: part(".line-article")?.href,
        pinned: "pinned" in item.dataset,
        published: part("time").dateTime,
        updated: part("time").dateTime,
        expires: item.dataset.expires,
      };
    });
  }

  /** @param {import("/widget/src/lines.js").Message} message */
  #take(message) {
    const change = this.lines.apply(message, Date.now());
    if (!change) return;
    const arrives = change.type === "publish" || change.type === "snapshot";
    if (arrives && this.button && !this.#atTop()) {
      for (const line of this.lines.at(Date.now())) if (!this.#items.has(line.id)) this.#waiting.add(line.id);
    }
    this.#draw();
    if (change.type === "correct" && change.line.correction && change.line.correction !== change.before?.correction) {
      this.#items.get(change.line.id)?.classList.add("line-flash");
    }
  }

  #atTop() {
    return this.root.getBoundingClientRect().top >= 0;
  }

  #release() {
    this.#waiting.clear();
    this.#draw();
  }

  /** Takes the reader up to the newest of the lines that waited. */
  #showWaiting() {
    const first = this.lines.at(Date.now()).find((line) => this.#waiting.has(line.id));
    this.#release();
    this.root.scrollIntoView({ block: "start" });
    if (first) this.#items.get(first.id)?.querySelector("a").focus({ preventScroll: true });
  }

  /** Makes the page show the lines, touching only what differs. */
  #draw() {
    const held = this.lines.at(Date.now());
    const ids = new Set(held.map((line) => line.id));
    for (const id of this.#waiting) if (!ids.has(id)) this.#waiting.delete(id);
    const shown = held.filter((line) => !this.#waiting.has(line.id));
    for (const [id, item] of this.#items) {
      if (!ids.has(id)) {
        item.remove();
        this.#items.delete(id);
      }
    }
    if (this.days) this.#drawGroups(shown);
    else this.#order(this.root.querySelector(".lines"), shown.map((line) => this.#item(line, "moment")));
    localise(this.root, this.words);
    this.empty.hidden = held.length > 0;
    this.#count();
    this.#awaitExpiry(held);
  }

  /** @param {import("/widget/src/lines.js").Line[]} shown */
  #drawGroups(shown) {
    /** @type {Map<string, import("/widget/src/lines.js").Line[]>} */
    const groups = new Map();
    for (const line of shown) {
      const key = line.pinned ? "pinned" : dayKey(new Date(line.published));
      groups.set(key, [...(groups.get(key) ?? []), line]);
    }
    const sections = new Map([...this.root.querySelectorAll(".group")].map((section) => [section.dataset.key, section]));
    for (const [key, section] of sections) if (!groups.has(key)) section.remove();
    let place = this.empty;
    for (const [key, lines] of groups) {
      const section = sections.get(key) ?? this.#section(key, lines[0]);
      if (place.nextElementSibling !== section) place.after(section);
      this.#order(section.querySelector(".lines"), lines.map((line) => this.#item(line, key === "pinned" ? "dated" : "clock")));
      place = section;
    }
  }

  /** @param {string} key @param {import("/widget/src/lines.js").Line} line */
  #section(key, line) {
    const [section, head, list] = ["section", "h2", "ol"].map((name) => document.createElement(name));
    section.className = "group";
    section.dataset.key = key;
    head.className = "group-head";
    head.textContent = key === "pinned" ? this.words.pinned : fullDay(new Date(line.published), this.words);
    list.className = "lines";
    section.append(head, list);
    return section;
  }

  /** @param {Element} list @param {HTMLElement[]} items */
  #order(list, items) {
    items.forEach((item, place) => list.children[place] === item || list.insertBefore(item, list.children[place] ?? null));
    while (list.children.length > items.length) list.lastElementChild.remove();
  }

  /** The element of a line: the one there is, if it shows this version. */
  #item(line, form) {
    const known = this.#items.get(line.id);
    if (known?.dataset.version === String(line.version)) return known;
    const made = this.#made(line, form);
    if (!known) made.classList.add("line-new");
    else if (known.contains(document.activeElement)) queueMicrotask(() => made.querySelector("a").focus({ preventScroll: true }));
    known?.replaceWith(made);
    this.#items.set(line.id, made);
    return made;
  }

  /** @param {import("/widget/src/lines.js").Line} line @param {string} form */
  #made(line, form) {
    const item = /** @type {HTMLElement} */ (this.template.cloneNode(true));
    const part = (/** @type {string} */ name) => item.querySelector(name);
    /** Writes a part, or takes it away where there is nothing to say. */
    const write = (/** @type {string} */ name, /** @type {string | undefined} */ text) => {
      if (text) part(`${name} bdi`).textContent = text;
      else part(name).remove();
    };
    item.id = line.id;
    item.dataset.version = String(line.version);
    item.dataset.urgency = String(line.urgency);
    if (line.pinned) item.dataset.pinned = "";
    part(".line-time").href = `/${this.root.dataset.live}/lines/${line.id}`;
    part("time").dateTime = new Date(line.published).toISOString();
    part("time").dataset.form = form;
    for (const label of item.querySelectorAll("[data-word]")) {
      const said = label.dataset.word === "pinned" ? line.pinned : label.dataset.word === String(line.urgency);
      if (!said) label.remove();
    }
    part(".line-text > bdi").textContent = line.text;
    write(".line-source", line.source);
    write(".line-state", line.correction);
    const article = webLink(line.url);
    if (article) part(".line-article").href = article;
    else part(".line-article").remove();
    return item;
  }

  #count() {
    if (!this.button) return;
    const n = this.#waiting.size;
    this.button.hidden = n === 0;
    const pattern = this.words.new_lines[this.plural.select(n)] ?? this.words.new_lines.other;
    this.button.textContent = n ? fill(pattern, { n }) : "";
  }

  /** @param {import("/widget/src/lines.js").Line[]} held */
  #awaitExpiry(held) {
    clearTimeout(this.#expiry);
    const first = Math.min(...held.map((line) => line.expires));
    if (first === Infinity) return;
    const wait = first - this.lines.offset - Date.now();
    this.#expiry = setTimeout(() => this.#draw(), Math.min(Math.max(wait, 0) + 1, TIMER_MOST));
  }

  /** Says whether the page is live: at once if it is, or never will be again; a lost link only when it stays lost. */
  #say() {
    clearTimeout(this.#offline);
    const { status } = this.connection;
    if (status === "live") this.#write("live", this.words.live);
    else if (status === "ended") this.#write("ended", this.words.stopped);
    else if (status !== "closed") {
      const lost = () => this.#write("offline", fill(this.words.offline_since, { time: clock(new Date(this.connection.since)) }));
      if (this.state.dataset.state === "offline") return;
      this.#offline = setTimeout(lost, OFFLINE_AFTER);
    }
  }

  /** @param {string} state @param {string} text */
  #write(state, text) {
    this.state.dataset.state = state;
    this.state.textContent = text;
  }
}

for (const root of document.querySelectorAll("[data-live]")) new LiveList(root).start();
