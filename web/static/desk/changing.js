/** What can be done to a line that is out: correct, refile, update, withdraw; each in a panel of its own below the line. */
import { copyOf, element, find } from "./nodes.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("/widget/src/lines.js").Line} Line */

const VERBS = /** @type {Record<string, string>} */ ({ correction: "Correct", refile: "Refile", update: "Update" });

/**
 * @typedef {object} Context
 * @property {import("../desk.js").Session} session
 * @property {import("../desk.js").Channel} channel
 * @property {(answer: import("./api.js").Answer, said: string) => void} done  the change is in the log
 * @property {() => void} close
 */

/** The same panel, whatever it does. */
class Panel {
  /** @type {Line} */
  line; // as the editor saw it: the version that is sent as If-Match
  form;
  /** @type {Sheet} */
  sheet;
  context;

  /**
   * @param {string} template
   * @param {Line} line
   * @param {Context} context
   * @param {object} plan
   */
  constructor(template, line, context, plan) {
    this.line = line;
    this.context = context;
    this.form = /** @type {HTMLFormElement} */ (copyOf(template));
    this.sheet = new Sheet(this.form, context.session, {
      .../** @type {any} */ (plan),
      refused: { "version-conflict": (/** @type {any} */ answer) => this.conflict(answer.body.line) },
      close: () => context.close(),
    });
    find(this.form, "[data-part=close]").addEventListener("click", () => context.close());
  }

  get path() {
    return `/v1/channels/${this.context.channel.id}/lines/${this.line.id}`;
  }

  /** Shows what somebody else made of the line meanwhile; nothing is overwritten unless the editor says so. @param {any} theirs */
  conflict(theirs) {
    const versions = element("dl", "", "versions");
    const add = (/** @type {string} */ label, /** @type {string} */ text) => {
      const wording = Object.assign(element("dd", text), { lang: this.context.channel.language, dir: this.context.channel.direction });
      versions.append(element("dt", label), wording);
    };
    add(`As you opened it (version ${this.line.version})`, this.line.text);
    add(`As it stands now (version ${theirs.version})`, theirs.text ?? "withdrawn");
    const mine = this.form.querySelector("textarea")?.value;
    if (mine !== undefined) add("Yours", mine);
    const said = element("div", "Somebody else changed this line first. Nothing of yours was sent.");
    said.append(versions);
    this.sheet.say(said, "notice");
    this.sheet.offer(this.overwrite(theirs.version), () => {
      this.line = { ...this.line, version: theirs.version };
      this.sheet.key = "";
      this.sheet.submit();
    });
  }

  /** @param {number} version @returns {string} */
  overwrite(version) {
    return `Send mine over version ${version}`;
  }

  /** @param {Line} line  as it stands now */
  moved(line) {
    // While ours is on its way, this is likely our own change; if it is not, the answer will say so.
    if (line.version > this.line.version && !this.sheet.sending) this.conflict(line);
  }
}

export class Changing extends Panel {
  /** @param {Line} line @param {Context} context */
  constructor(line, context) {
    super("change", line, context, {
      request: () => this.#request(),
      done: (/** @type {any} */ answer) => context.done(answer, `${this.#kind === "correction" ? "Corrected" : "Changed"}.`),
    });
    for (const radio of this.#radios) {
      radio.name = `kind-${line.id}`;
      radio.addEventListener("change", () => this.#chosen());
    }
    this.sheet.fit(context.channel, line.topics);
    this.sheet.fill(line);
    this.#chosen();
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
    const note = this.sheet.field("correction").value.trim();
    const body = { kind, ...Object.fromEntries(changed), ...(kind === "correction" && note ? { correction: note } : {}) };
    return { method: "PATCH", path: this.path, body, key: this.sheet.key, seen: this.line.version };
  }
}

export class Withdrawing extends Panel {
  /** @param {Line} line @param {Context} context */
  constructor(line, context) {
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
  }

  focus() {
    this.sheet.field("reason").focus();
  }

  /** @param {number} version */
  overwrite(version) {
    return `Withdraw version ${version}`;
  }
}
