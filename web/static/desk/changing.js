/** What can be done to a line that is out: correct, refile, update, withdraw; each in a panel of its own below the line. */
import { keep } from "./drafts.js";
import { copyOf, element, find, wording } from "./nodes.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("/widget/src/lines.js").Line} Line */

const WORDING = ["text", "source", "urgency", "url", "topics", "correction"]; // what is edited here, or shown beside it
const NAMES = /** @type {Record<string, string>} */ ({ url: "link", correction: "what was wrong" });
const VERBS = /** @type {Record<string, string>} */ ({ correction: "Correct", refile: "Refile", update: "Update" });

/**
 * @typedef {object} Context
 * @property {import("../desk.js").Session} session
 * @property {import("../desk.js").Channel} channel
 * @property {(answer: import("./api.js").Answer, said: string) => void} done  the change is in the log
 * @property {() => void} failed  it is not, and the panel says why
 * @property {() => void} close
 */

/** @typedef {{channel: string, action: string, line: Line, key: string, written: any}} Draft */

/** What differs between two versions of a line, as members of it. @param {any} one @param {any} other */
function differences(one, other) {
  return WORDING.filter((name) => String(one[name] ?? "") !== String(other[name] ?? ""));
}

/** The same panel, whatever it does. What is written in it is kept until `forget`. */
class Panel {
  action;
  /** @type {Line} */
  line; // as the editor saw it: the version that is sent as If-Match
  form;
  /** @type {Sheet} */
  sheet;
  context;

  /**
   * @param {string} action  also the name of its template
   * @param {Line} line
   * @param {Context} context
   * @param {{request: () => import("./api.js").Request | null, done: (answer: any) => void}} plan
   */
  constructor(action, line, context, plan) {
    this.action = action;
    this.line = line;
    this.context = context;
    this.form = /** @type {HTMLFormElement} */ (copyOf(action));
    this.sheet = new Sheet(this.form, context.session, {
      done: plan.done,
      request: () => {
        this.keep(); // with the key that it is sent by
        return plan.request();
      },
      failed: () => context.failed(),
      refused: {
        "version-conflict": (/** @type {any} */ answer) =>
          this.conflict(answer.body.line, "Somebody else changed this line first. Nothing of yours was sent."),
      },
      close: () => context.close(),
    });
    find(this.form, "[data-part=close]").addEventListener("click", () => context.close());
    this.form.addEventListener("input", () => this.keep());
  }

  get #name() {
    return `${this.line.id} ${this.action}`;
  }

  keep() {
    const { action, line } = this;
    /** @type {Draft} */
    const draft = { channel: this.context.channel.id, action, line, key: this.sheet.key, written: this.fields() };
    keep(this.#name, draft);
  }

  forget() {
    keep(this.#name, null);
  }

  /** What its fields hold. @returns {any} */
  fields() {
    return {};
  }

  get path() {
    return `/v1/channels/${this.context.channel.id}/lines/${this.line.id}`;
  }

  /**
   * Shows what somebody else made of the line meanwhile; nothing is overwritten unless the editor says so.
   * @param {any} theirs  the line as it stands now
   * @param {string} words
   */
  conflict(theirs, words) {
    const versions = element("dl", "", "versions");
    const add = (/** @type {string} */ label, /** @type {any} */ line) =>
      versions.append(element("dt", label), wording(line, this.context.channel, "dd"));
    add(`As you opened it (version ${this.line.version})`, this.line);
    add(`As it stands now (version ${theirs.version})`, theirs);
    const others = differences(this.line, theirs).filter((name) => name !== "text" && name !== "source");
    const said = element("div", "");
    said.append(element("p", words), versions);
    if (others.length) said.append(element("p", `Also changed: ${others.map((name) => NAMES[name] ?? name).join(", ")}.`));
    this.sheet.say(said, "notice");
    this.sheet.offer(this.overwrite(theirs.version), () => {
      this.#follow(theirs);
      this.sheet.submit();
    });
  }

  /** Goes on from another version: what is sent then is another request. @param {any} line */
  #follow(line) {
    this.line = line;
    this.sheet.key = "";
    this.keep();
  }

  /** @param {number} version @returns {string} */
  overwrite(version) {
    return `Send mine over version ${version}`;
  }

  /** @param {Line} line  as it stands now */
  moved(line) {
    // While ours is on its way, this is likely our own change; if it is not, the answer will say so.
    if (line.version <= this.line.version || this.sheet.sending) return;
    if (!differences(this.line, line).length) this.#follow(line); // a pin takes nothing from what is written here
    else this.conflict(line, "This line has changed since you opened it. What you wrote is still here.");
  }

  /** What would be lost with the panel. @returns {string} */
  get written() {
    const text = this.form.querySelector("textarea")?.value ?? "";
    return text === this.line.text ? "" : text;
  }
}

export class Changing extends Panel {
  /** @param {Line} line @param {Context} context @param {any} [written]  what its fields held before */
  constructor(line, context, written = line) {
    super("correct", line, context, {
      request: () => this.#request(),
      done: (/** @type {any} */ answer) => {
        const same = answer.body.line.version === this.line.version;
        context.done(answer, same ? "The line was so already." : this.#kind === "correction" ? "Corrected." : "Changed.");
      },
    });
    for (const radio of this.#radios) {
      radio.name = `kind-${line.id}`;
      radio.addEventListener("change", () => this.#chosen());
    }
    this.sheet.fit(context.channel, line.topics);
    this.sheet.fill(written);
    if (written.kind) {
      find(this.form, `[data-kind=${written.kind}]`).checked = true;
      this.sheet.field("correction").value = written.correction;
    }
    this.#chosen();
  }

  fields() {
    return { ...this.sheet.wording(), kind: this.#kind, correction: this.sheet.field("correction").value };
  }

  focus() {
    this.sheet.field("text").focus();
  }

  get #radios() {
    return /** @type {HTMLInputElement[]} */ ([...this.form.querySelectorAll("[data-kind]")]);
  }

  get #kind() {
    return this.#radios.find((radio) => radio.checked)?.dataset.kind ?? "correction";
  }

  #chosen() {
    find(this.form, "[data-part=note]").hidden = this.#kind !== "correction";
    find(this.form, "[data-part=verb]").textContent = VERBS[this.#kind];
  }

  #request() {
    const kind = this.#kind;
    const before = /** @type {Record<string, unknown>} */ ({ ...this.line, source: this.line.source ?? null, url: this.line.url ?? null });
    const changed = Object.entries(this.sheet.wording()).filter(([name, value]) => String(value) !== String(before[name]));
    const note = kind === "correction" ? this.sheet.field("correction").value.trim() : "";
    if (!changed.length && (kind !== "correction" || (note && note === this.line.correction))) {
      this.sheet.say("Nothing is changed yet.", "notice");
      return null;
    }
    const body = { kind, ...Object.fromEntries(changed), ...(note ? { correction: note } : {}) };
    return { method: "PATCH", path: this.path, body, key: this.sheet.key, seen: this.line.version };
  }
}

export class Withdrawing extends Panel {
  /** @param {Line} line @param {Context} context @param {any} [written]  what its field held before */
  constructor(line, context, written = { reason: "" }) {
    super("withdraw", line, context, {
      request: () => {
        const reason = this.sheet.field("reason").value.trim();
        return { method: "DELETE", path: this.path, body: { reason }, key: this.sheet.key, seen: this.line.version };
      },
      done: (/** @type {any} */ answer) =>
        context.done(
          answer,
          answer.body.propagated === false
            ? "Withdrawn. This server has not yet taken it off everywhere; that takes seconds."
            : "Withdrawn. Its text is gone from every ticker, page and feed of this server.",
        ),
    });
    this.sheet.field("reason").value = written.reason;
  }

  fields() {
    return { reason: this.sheet.field("reason").value };
  }

  focus() {
    this.sheet.field("reason").focus();
  }

  /** @param {number} version */
  overwrite(version) {
    return `Withdraw version ${version}`;
  }
}
