/** What is out, live: the lines of one channel, each with what can be done to it. */
import { Connection } from "/widget/src/connection.js";
import { Lines } from "/widget/src/lines.js";
import { newKey, send, wordsOf } from "./api.js";
import { Changing, Withdrawing } from "./changing.js";
import { clock, copyOf, element, find } from "./nodes.js";

/** @typedef {import("/widget/src/lines.js").Line} Line */

const SHOWN = 100; // as many as a snapshot can hold
const TICK = 5000; // ms between looks for lines that have expired
const URGENCIES = /** @type {Record<number, string>} */ ({ 1: "Flash", 2: "Urgent", 5: "Update" });
const SCOPES = /** @type {Record<string, string>} */ ({ correct: "correct", pin: "correct", withdraw: "withdraw" });

/**
 * One line on the page.
 * @typedef {{line: Line, row: HTMLElement, panel: Changing | Withdrawing | null, opener: HTMLElement | null}} Row
 */

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
    this.close();
    this.#channel = channel;
    this.#lines = new Lines(SHOWN);
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

  close() {
    clearInterval(this.#timer);
    this.#connection?.close();
    this.#connection = null;
    for (const id of [...this.#rows.keys()]) this.#remove(id);
    this.#empty.hidden = true;
    this.#said.replaceChildren();
  }

  /** Takes in what an answer says, without waiting for the live message. @param {any} line */
  take(line) {
    const usable = line.status === "usable";
    this.#deliver(usable ? { type: "correct", line } : { type: "withdraw", id: line.id, version: line.version, status: line.status });
  }

  /** @param {{type: string, [member: string]: unknown}} message */
  #deliver(message) {
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
    for (const [id, row] of this.#rows) {
      if (shown.has(id)) continue;
      // Our own withdrawal: its answer, which is on its way, says so.
      const ours = row.panel instanceof Withdrawing && row.panel.sheet.sending;
      if (row.panel && !ours) this.#lost(row.panel);
      this.#remove(id, !ours);
    }
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

  /** @param {Changing | Withdrawing} panel  whose line is no longer there */
  #lost(panel) {
    this.#say("The line that you were working on is no longer out; somebody withdrew it, or it expired.");
    if (panel.written) this.#said.append(element("p", "You had written:"), Object.assign(element("p", panel.written), { dir: "auto" }));
  }

  /** @param {Line} line @returns {Row} */
  #add(line) {
    const element = copyOf("line");
    const row = { line, row: element, panel: null, opener: null };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-action]"))) {
      const action = button.dataset.action ?? "";
      button.hidden = !this.#session.may(SCOPES[action]);
      button.addEventListener("click", () => (action === "pin" ? this.#pin(row) : this.#open(row, action, button)));
    }
    find(element, ".line-text").id = `text-${line.id}`;
    this.#rows.set(line.id, row);
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
    find(row.row, "[data-part=text]").textContent = line.text;
    Object.assign(find(row.row, ".line-text"), { lang: channel.language, dir: channel.direction });
    this.#state(row.row, line);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (row.row.querySelectorAll("[data-action]"))) {
      if (button.dataset.action === "pin") button.textContent = line.pinned ? "Unpin" : "Pin";
      button.setAttribute("aria-describedby", `text-${line.id}`);
    }
    row.panel?.moved(line);
  }

  /** @param {HTMLElement} row @param {Line} line */
  #state(row, line) {
    const words = [URGENCIES[line.urgency], line.pinned && "Pinned", ...line.topics.map((topic) => this.#label(topic))];
    if (line.expires < Infinity) words.push(`until ${clock(line.expires)}`);
    if (line.correction) words.push(`Corrected: ${line.correction}`);
    const state = find(row, "[data-part=state]");
    state.replaceChildren(words.filter(Boolean).join(" · "));
    if (line.url && /^https?:\/\//i.test(line.url)) {
      const link = Object.assign(document.createElement("a"), { href: line.url, rel: "noopener noreferrer", target: "_blank" });
      link.textContent = "Article";
      state.append(state.textContent ? " · " : "", link);
    }
    state.hidden = !state.textContent;
  }

  /** @param {string} topic */
  #label(topic) {
    return this.#channel?.topics.find((known) => known.id === topic)?.label ?? topic;
  }

  /** @param {Row} row @param {string} action @param {HTMLElement} opener */
  #open(row, action, opener) {
    this.#shut(row);
    const Kind = action === "withdraw" ? Withdrawing : Changing;
    row.panel = new Kind(row.line, {
      session: this.#session,
      channel: /** @type {import("../desk.js").Channel} */ (this.#channel),
      done: (answer, said) => {
        row.panel = null;
        this.#shut(row);
        this.take(answer.body.line);
        this.#say(said);
      },
      close: () => this.#shut(row),
    });
    row.opener = opener;
    find(row.row, ".line-body").append(row.panel.form);
    row.panel.focus();
  }

  /** @param {Row} row */
  #shut(row) {
    row.row.querySelector(".panel")?.remove();
    row.panel = null;
    row.opener?.focus();
    row.opener = null;
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

  /** @param {string} id @param {boolean} [stop]  what is being sent for it */
  #remove(id, stop = true) {
    const row = this.#rows.get(id);
    if (stop) row?.panel?.sheet.stop();
    row?.row.remove();
    this.#rows.delete(id);
  }

  /** @param {string} said */
  #say(said) {
    this.#said.replaceChildren(element("p", said));
  }
}
