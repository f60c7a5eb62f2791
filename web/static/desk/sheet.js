/**
 * A form that makes one change: its fields, what is wrong with them, and how far its sending has come, in words.
 *
 * What it keeps true: what was written stays until the server says that it has it; one key goes with one change, however
 * often it is sent; nothing is sent while an earlier sending is still under way.
 */
import { newKey, send, slugOf, wordsOf } from "./api.js";
import { element, find } from "./nodes.js";

/** @typedef {import("./api.js").Answer} Answer */
/** @typedef {import("./api.js").Request} Request */

/**
 * @typedef {object} Plan
 * @property {(more: object) => Request | null} request  what to send; null when there is nothing to (then it has said why)
 * @property {(answer: Answer) => void} done
 * @property {Record<string, (answer: Answer) => void>} [refused]  by kind of problem, where the words of the server do not do
 * @property {() => void} [failed]  it is not done, and the form says why
 * @property {() => void} [close]  on Escape
 */

const MARKS = [
  [55, "fits a push message or a TV strip"],
  [100, "fits an alert"],
  [500, "longer than an alert"],
];

export class Sheet {
  /** The idempotency key, from the first keystroke on. @type {string} */
  key = "";

  form;
  #session;
  #plan;
  #status;
  /** @type {AbortController | null} */
  #sending = null;
  /** @type {(() => void) | null} */
  #again = null;

  /**
   * @param {HTMLFormElement} form
   * @param {import("../desk.js").Session} session
   * @param {Plan} plan
   * @param {HTMLElement} [status]
   */
  constructor(form, session, plan, status = find(form, "[data-part=status]")) {
    this.form = form;
    this.#session = session;
    this.#plan = plan;
    this.#status = /** @type {HTMLElement} */ (status);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener("keydown", (event) => this.#pressed(event));
    form.addEventListener("input", () => this.typed());
    find(form, "[data-part=stop]").addEventListener("click", () => this.#sending?.abort());
    find(form, "[data-part=again]").addEventListener("click", () => {
      find(form, "[type=submit]").focus(); // it goes away, and the focus would with it
      this.#again?.();
    });
  }

  /** @param {string} name @returns {any} */
  field(name) {
    return find(this.form, `[data-field=${name}]`);
  }

  /** The fields that hold a wording, as the API has them. */
  wording() {
    const topics = [...this.form.querySelectorAll("[data-topic]:checked")].map((box) => /** @type {any} */ (box).dataset.topic);
    return {
      text: this.field("text").value,
      source: this.field("source").value.trim() || null,
      urgency: Number(this.field("urgency").value),
      url: this.field("url").value.trim() || null,
      topics,
    };
  }

  /** @param {{text?: string, source?: string | null, urgency?: number, url?: string | null, topics?: readonly string[]}} wording */
  fill(wording) {
    this.field("text").value = wording.text ?? "";
    this.field("source").value = wording.source ?? "";
    this.field("urgency").value = String(wording.urgency ?? 3);
    this.field("url").value = wording.url ?? "";
    for (const box of this.form.querySelectorAll("[data-topic]")) {
      const input = /** @type {HTMLInputElement} */ (box);
      input.checked = (wording.topics ?? []).includes(input.dataset.topic ?? "");
    }
    this.count();
  }

  /**
   * Fits the form to a channel: its language, its topics and those that the line has besides.
   * @param {import("../desk.js").Channel} channel
   * @param {readonly string[]} [others]
   */
  fit(channel, others = []) {
    for (const field of this.form.querySelectorAll("[data-field=text], [data-field=correction]")) {
      Object.assign(field, { lang: channel.language, dir: channel.direction }); // as readers will see it
    }
    const known = new Map(channel.topics.map((topic) => [topic.id, topic.label]));
    for (const topic of others) if (!known.has(topic)) known.set(topic, topic);
    const boxes = [...known].map(([id, label]) => {
      const box = Object.assign(document.createElement("input"), { type: "checkbox" });
      box.dataset.topic = id;
      const made = element("label", "", "check");
      made.append(box, Object.assign(element("span", label), { lang: channel.language, dir: channel.direction }));
      return made;
    });
    find(this.form, "[data-part=topics]").replaceChildren(...boxes);
    this.field("topics").hidden = !boxes.length;
  }

  typed() {
    this.key ||= newKey();
    this.count();
  }

  count() {
    const shown = this.form.querySelector("[data-part=count]");
    if (!shown) return;
    const length = [...this.field("text").value.trim().normalize("NFC")].length;
    const mark = MARKS.find(([most]) => length <= Number(most));
    const words = mark ? `${length} of ${mark[0]}: ${mark[1]}` : `${length} characters; at most 500 are allowed`;
    shown.textContent = length ? words : "55 characters fit a push message or a TV strip, 100 an alert; 500 at most";
    /** @type {HTMLElement} */ (shown).dataset.length = mark ? "fine" : "over";
  }

  /** Sends it. @param {object} [more]  members to add to the body */
  async submit(more = {}) {
    if (this.#sending) return;
    this.say();
    this.#mark([]);
    this.key ||= newKey();
    const request = this.#plan.request(more);
    if (!request) return;
    this.#sending = new AbortController();
    this.#busy(true);
    this.say("Sending …");
    let answer;
    try {
      answer = await send(this.#session.token, request, (failed) => this.#waiting(failed), this.#sending.signal);
    } catch {
      this.say("Stopped. Nobody knows yet whether it arrived: look at the list below. Sending the same again is safe.", "notice");
      return;
    } finally {
      this.#sending = null;
      this.#busy(false);
    }
    if (answer.ok) this.#plan.done(answer);
    else {
      this.#refused(answer);
      this.#plan.failed?.();
    }
  }

  get sending() {
    return this.#sending !== null;
  }

  /** Stops sending. */
  stop() {
    this.#sending?.abort();
  }

  /** Says where it stands. @param {string | Node} [said] @param {"" | "notice" | "notice notice-error"} [kind] */
  say(said = "", kind = "") {
    this.offer("", null);
    const words = typeof said === "string" ? element("p", said) : said;
    const box = element("div", "", kind);
    box.append(words);
    this.#status.replaceChildren(...(said ? [box] : []));
  }

  /** Offers another way. @param {string} label @param {(() => void) | null} action */
  offer(label, action) {
    const button = find(this.form, "[data-part=again]");
    button.textContent = label;
    button.hidden = !action;
    this.#again = action;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Enter" && event.target instanceof HTMLTextAreaElement) {
      event.preventDefault(); // a line is one line
      if (matchMedia("(pointer: coarse)").matches) event.target.blur(); // so that the keyboard on the screen makes room
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault(); // nothing goes out by a key that is pressed in passing
    } else if (event.key === "Escape" && this.#plan.close && !this.#sending) {
      this.#plan.close();
    }
  }

  /** @param {Answer} answer */
  #waiting(answer) {
    const fate = answer.status === 503 && slugOf(answer) !== "outcome-unknown" ? "Not stored yet." : "It may or may not have arrived.";
    const next = "Trying again by itself; it is done only once. What you wrote is kept.";
    this.say(`${wordsOf(answer)} ${fate} ${next}`, "notice");
  }

  /** @param {Answer} answer */
  #refused(answer) {
    if (answer.status === 401) return this.#session.ended();
    const special = this.#plan.refused?.[slugOf(answer)];
    if (special) return special(answer);
    const faults = /** @type {{field: string, message: string}[]} */ (Array.isArray(answer.body.errors) ? answer.body.errors : []);
    const beside = faults.length > 0 && faults.every(({ field }) => this.form.querySelector(`[data-error="${CSS.escape(field)}"]`));
    const wait = answer.wait ? ` Try again in ${answer.wait} seconds.` : "";
    this.say(beside ? "Nothing was stored. What needs a change is marked above." : `${wordsOf(answer)}${wait}`, "notice notice-error");
    this.#mark(faults);
  }

  /** Puts each fault beside its field. @param {{field: string, message: string}[]} faults */
  #mark(faults) {
    for (const shown of /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-error]"))) {
      const name = shown.dataset.error ?? "";
      const found = faults.find((fault) => fault.field === name);
      const field = this.form.querySelector(`[data-field=${name}]`);
      const counted = name === "text" && this.form.querySelector("[data-part=count][data-length=over]"); // which says the same
      shown.textContent = found ? `“${labelOf(shown)}” ${found.message}.` : "";
      shown.hidden = !found || Boolean(counted);
      if (found) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
    const first = /** @type {HTMLElement | null} */ (this.form.querySelector("[aria-invalid]"));
    const folded = first?.closest("details");
    if (folded) folded.open = true;
    first?.focus();
  }

  /** @param {boolean} busy */
  #busy(busy) {
    for (const field of this.form.elements) {
      const input = /** @type {any} */ (field);
      if (input.type === "text" || input.type === "textarea") input.readOnly = busy;
      else if (input.type === "submit") input.setAttribute("aria-disabled", String(busy)); // disabled, it would lose the focus
      else if (input.dataset.part !== "stop" && input.dataset.part !== "again") input.disabled = busy;
    }
    find(this.form, "[data-part=stop]").hidden = !busy;
  }
}

/** What the page calls the field that an error stands at. @param {HTMLElement} error @returns {string} */
function labelOf(error) {
  const field = /** @type {HTMLElement} */ (error.closest("label, fieldset"));
  return (field.querySelector("legend") ?? field).firstChild?.textContent?.trim() ?? "";
}
