/** What is out, live: the lines of one channel, each with what can be done to it. */
import { Connection } from "/widget/src/connection.js";
import { Lines } from "/widget/src/lines.js";
import { newKey, send, wordsOf } from "./api.js";
import { Changing, Withdrawing } from "./changing.js";
import { drafts } from "./drafts.js";
import { clock, copyOf, element, find, wording } from "./nodes.js";

/** @typedef {import("/widget/src/lines.js").Line} Line */

const SHOWN = 100; // as many as a snapshot can hold
const TICK = 5000; // ms between looks for lines that have expired
const URGENCIES = /** @type {Record<number, string>} */ ({ 1: "Flash", 2: "Urgent", 5: "Update" });
const SCOPES = /** @type {Record<string, string>} */ ({ correct: "correct", pin: "correct", withdraw: "withdraw" });

/** @typedef {{line: Line, row: HTMLElement}} Row  one line on the page */

export class Out {
  #session;
  #list = find(document, "#lines");
  #empty = find(document, "#empty");
  #live = find(document, "#live");
  #said = find(document, "#done");
  /** @type {Connection | null} */
  #connection = null;
  #lines = new Lines(SHOWN);
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** What is being done to lines, also to those of other channels: it waits until theirs is chosen again. @type {Set<Changing | Withdrawing>} */
  #panels = new Set();
  /** Whether the lines are those of the server. */
  #known = false;
  /** @type {import("../desk.js").Channel | null} */
  #channel = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {import("../desk.js").Session} session */
  constructor(session) {
    this.#session = session;
  }

  /** @param {import("../desk.js").Channel} channel */
  show(channel) {
    this.#clear();
    this.#channel = channel;
    this.#lines = new Lines(SHOWN);
    this.#resume(channel);
    this.#connection = new Connection({
      address: new URL(`/v1/channels/${channel.id}/`, location.href),
      topics: [],
      limit: SHOWN,
      deliver: (message) => this.#deliver(message),
      changed: () => this.#status(),
    });
    this.#timer = setInterval(() => this.#draw(), TICK);
    this.#connection.open();
  }

  /** Ends, as the sign-in does; what is written waits for the next. */
  close() {
    for (const panel of this.#panels) panel.sheet.stop();
    this.#clear();
  }

  #clear() {
    clearInterval(this.#timer);
    this.#connection?.close();
    this.#connection = null;
    this.#known = false;
    for (const id of [...this.#rows.keys()]) this.#remove(id);
    this.#empty.hidden = true;
    this.#said.replaceChildren();
  }

  /** Takes up what was left in a channel, and says what waits in others. @param {import("../desk.js").Channel} channel */
  #resume(channel) {
    const open = new Set([...this.#panels].map((panel) => `${panel.line.id} ${panel.action}`));
    for (const [name, draft] of Object.entries(drafts())) {
      if (draft.channel === channel.id && !open.has(name)) this.#begin(draft.line, draft.action, draft.written).sheet.key = draft.key;
    }
    const places = new Map([...this.#panels].map(({ context }) => [context.channel.id, context.channel.title]));
    if (places.has(channel.id)) this.#say("What you began here is still open below.");
    else if (places.size) this.#say(`What you began is kept; it is open again when you choose its channel: ${[...places.values()].join(", ")}.`);
  }

  /** Takes in what an answer says, without waiting for the live message. @param {any} line */
  take(line) {
    const usable = line.status === "usable";
    this.#deliver(usable ? { type: "correct", line } : { type: "withdraw", id: line.id, version: line.version, status: line.status });
  }

  /** @param {{type: string, [member: string]: unknown}} message */
  #deliver(message) {
    this.#known ||= message.type === "snapshot";
    this.#lines.apply(message, Date.now());
    this.#draw();
  }

  #status() {
    const connection = this.#connection;
    if (!connection) return;
    const words = {
      live: "Live",
      connecting: "Connecting …",
      waiting: `Not live since ${clock(connection.since)}; connecting again`,
      closed: "Not live",
      ended: "This channel is no longer served",
    };
    this.#live.textContent = words[connection.status];
    this.#live.classList.toggle("label-notice", connection.status !== "live");
  }

  #draw() {
    const lines = this.#lines.at(Date.now());
    const shown = new Set(lines.map((line) => line.id));
    for (const id of [...this.#rows.keys()]) if (!shown.has(id)) this.#remove(id);
    if (this.#known) this.#lose(shown);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    let place = this.#list.firstElementChild;
    for (const line of lines) {
      const row = this.#rows.get(line.id) ?? this.#add(line);
      if (row.row === place) place = place.nextElementSibling;
      else this.#list.insertBefore(row.row, place);
      this.#fill(row, line);
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true }); // its row moved
    this.#empty.hidden = lines.length > 0 || this.#connection?.status !== "live";
  }

  /** Gives up what was being done to lines that are no longer there. @param {Set<string>} shown */
  #lose(shown) {
    // Our own withdrawal: its answer, which is on its way, says so.
    const lost = [...this.#panels].filter(
      (panel) =>
        panel.context.channel.id === this.#channel?.id &&
        !shown.has(panel.line.id) &&
        !(panel instanceof Withdrawing && panel.sheet.sending),
    );
    if (lost.length) this.#say("The line that you were working on is no longer out; somebody withdrew it, or it expired.");
    for (const panel of lost) {
      panel.sheet.stop();
      this.#shut(panel);
      if (panel.written) this.#said.append(element("p", "You had written:"), wording({ text: panel.written }, panel.context.channel));
    }
  }

  /** @param {Line} line */
  #panelsOf(line) {
    return [...this.#panels].filter((panel) => panel.line.id === line.id);
  }

  /** @param {Line} line @returns {Row} */
  #add(line) {
    const element = copyOf("line");
    const row = { line, row: element };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-action]"))) {
      const action = button.dataset.action ?? "";
      button.hidden = !this.#session.may(SCOPES[action]);
      button.addEventListener("click", () => (action === "pin" ? this.#pin(row) : this.#open(row, action)));
    }
    find(element, ".line-text").id = `text-${line.id}`;
    this.#rows.set(line.id, row);
    for (const panel of this.#panelsOf(line)) if (this.#session.may(SCOPES[panel.action])) this.#place(panel, row);
    this.#fill(row, line, true);
    return row;
  }

  /** @param {Row} row @param {Line} line @param {boolean} [fresh] */
  #fill(row, line, fresh = false) {
    if (!fresh && row.line.version === line.version) return;
    row.line = line;
    const channel = /** @type {import("../desk.js").Channel} */ (this.#channel);
    const at = find(row.row, "time");
    at.dateTime = new Date(line.published).toISOString();
    at.textContent = clock(line.published);
    row.row.dataset.urgency = String(line.urgency);
    const source = find(row.row, "[data-part=source]");
    source.textContent = line.source ?? "";
    source.parentElement.hidden = !line.source;
    Object.assign(find(row.row, "[data-part=text]"), { textContent: line.text, dir: channel.direction });
    Object.assign(find(row.row, ".line-text"), { lang: channel.language, dir: channel.direction });
    this.#state(row.row, line);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (row.row.querySelectorAll("[data-action]"))) {
      if (button.dataset.action === "pin") button.textContent = line.pinned ? "Unpin" : "Pin";
      button.setAttribute("aria-describedby", `text-${line.id}`);
    }
    for (const panel of this.#panelsOf(line)) panel.moved(line);
  }

  /** @param {HTMLElement} row @param {Line} line */
  #state(row, line) {
    /** @type {(string | Node)[][]} */
    const words = [[URGENCIES[line.urgency] ?? ""], [line.pinned ? "Pinned" : ""], ...line.topics.map((topic) => [this.#spoken(this.#label(topic))])];
    if (line.expires < Infinity) words.push([`until ${clock(line.expires)}`]);
    if (line.correction) words.push(["Corrected: ", Object.assign(this.#spoken(line.correction), { dir: this.#channel?.direction })]);
    if (line.url && /^https?:\/\//i.test(line.url)) {
      words.push([Object.assign(element("a", "Article"), { href: line.url, rel: "noopener noreferrer", target: "_blank" })]);
    }
    const said = words.filter(([first]) => first);
    const state = find(row, "[data-part=state]");
    state.replaceChildren(...said.flatMap((one, place) => (place ? [" · ", ...one] : one)));
    state.hidden = !said.length;
  }

  /** Words in the channel's language, among English ones. @param {string} words */
  #spoken(words) {
    return Object.assign(element("bdi", words), { lang: this.#channel?.language });
  }

  /** @param {string} topic */
  #label(topic) {
    return this.#channel?.topics.find((known) => known.id === topic)?.label ?? topic;
  }

  /** @param {Row} row @param {string} action */
  #open(row, action) {
    const open = this.#panelsOf(row.line).find((panel) => panel.action === action);
    const panel = open ?? this.#begin(row.line, action);
    if (!open) this.#place(panel, row);
    panel.focus();
  }

  /** @param {Line} line @param {string} action @param {any} [written]  what the fields held before */
  #begin(line, action, written) {
    const channel = /** @type {import("../desk.js").Channel} */ (this.#channel);
    const here = () => channel.id === this.#channel?.id;
    const Kind = action === "withdraw" ? Withdrawing : Changing;
    const context = {
      session: this.#session,
      channel,
      done: (/** @type {import("./api.js").Answer} */ answer, /** @type {string} */ said) => {
        this.#shut(panel);
        if (here()) this.take(answer.body.line);
        this.#say(here() ? said : `${channel.title}: ${said}`);
      },
      failed: () => {
        if (!here()) this.#say(`${channel.title}: your change was not stored. It is still open there.`);
      },
      close: () => this.#shut(panel),
    };
    const panel = new Kind(line, context, written);
    this.#panels.add(panel);
    return panel;
  }

  /** @param {Changing | Withdrawing} panel @param {Row} row */
  #place(panel, row) {
    find(row.row, ".line-body").append(panel.form);
  }

  /** @param {Changing | Withdrawing} panel */
  #shut(panel) {
    const focused = panel.form.contains(document.activeElement);
    panel.forget();
    panel.form.remove();
    this.#panels.delete(panel);
    const row = this.#rows.get(panel.line.id);
    if (focused && row) find(row.row, `[data-action=${panel.action}]`).focus();
  }

  /** @param {Row} row */
  async #pin(row) {
    const button = find(row.row, "[data-action=pin]");
    if (button.disabled) return;
    button.disabled = true;
    const channel = /** @type {import("../desk.js").Channel} */ (this.#channel);
    const path = `/v1/channels/${channel.id}/lines/${row.line.id}`;
    const kind = row.line.pinned ? "unpin" : "pin";
    const request = { method: "PATCH", path, body: { kind }, key: newKey() };
    const gone = new AbortController();
    const answer = await send(this.#session.token, request, (failed) => this.#say(`${wordsOf(failed)} Trying again.`), gone.signal);
    button.disabled = false;
    if (answer.status === 401) return this.#session.ended();
    if (!answer.ok) return this.#say(wordsOf(answer));
    if (channel !== this.#channel) return;
    this.take(answer.body.line);
    this.#say(kind === "pin" ? "Pinned: it stays first until it is unpinned." : "Unpinned.");
    button.focus();
  }

  /** @param {string} id */
  #remove(id) {
    this.#rows.get(id)?.row.remove();
    this.#rows.delete(id);
  }

  /** @param {string} said */
  #say(said) {
    this.#said.replaceChildren(element("p", said));
  }
}
