/**
 * The form that posts a line. Its draft survives a reload: text, key and all are kept in this tab until the server has them.
 */
import { drafts, keep } from "./drafts.js";
import { clock, element, find, wording } from "./nodes.js";
import { Sheet } from "./sheet.js";

const NAME = "post";

export class Posting {
  #sheet;
  #folded;
  #session;
  #channel;
  #posted;
  /** Whether the status warns of a duplicate: of the text and source that were sent. */
  #warned = false;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLElement} status
   * @param {import("../desk.js").Session} session
   * @param {(line: any) => void} posted
   */
  constructor(form, status, session, posted) {
    this.#session = session;
    this.#posted = posted;
    /** @type {import("../desk.js").Channel | null} */
    this.#channel = null;
    this.#sheet = new Sheet(
      form,
      session,
      {
        request: (more) => this.#request(more),
        done: (answer) => this.#done(answer),
        refused: {
          "duplicate-line": (answer) => this.#duplicate(answer),
          "key-reused": () => this.#reused(),
        },
      },
      status,
    );
    this.#folded = find(form, "[data-part=rest]");
    form.addEventListener("input", (event) => {
      this.#keep();
      const changed = /** @type {HTMLElement} */ (event.target).dataset.field ?? "";
      if (this.#warned && ["text", "source"].includes(changed)) this.#unwarn();
    });
  }

  /** @param {import("../desk.js").Channel} channel */
  show(channel) {
    const draft = this.#channel ? { ...this.#sheet.wording(), ...this.#rest() } : this.#kept();
    this.#channel = channel;
    this.#sheet.fit(channel);
    this.#fill(draft);
    this.#sheet.field("text").focus();
  }

  stop() {
    this.#sheet.stop();
  }

  /** What a new line has besides its wording, as the API has it. */
  #rest() {
    const expires = this.#sheet.field("expires").value; // in the editor's time, as it is here
    return {
      pinned: this.#sheet.field("pinned").checked,
      expires: expires ? new Date(expires).toISOString() : null,
      note: this.#sheet.field("note").value.trim() || null,
    };
  }

  /** @param {any} draft */
  #fill(draft) {
    this.#sheet.fill(draft);
    const expires = new Date(draft.expires ?? NaN);
    this.#sheet.field("pinned").checked = draft.pinned === true;
    // The field takes the time of the place as if it were that of Greenwich; NaN empties it.
    this.#sheet.field("expires").valueAsNumber = expires.getTime() - expires.getTimezoneOffset() * 60_000;
    this.#sheet.field("note").value = draft.note ?? "";
    this.#folded.open = Boolean(draft.pinned || draft.expires || draft.note);
  }

  /** @param {object} more */
  #request(more) {
    this.#keep();
    this.#warned = false;
    const all = { ...this.#sheet.wording(), ...this.#rest(), ...more };
    const body = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
    const path = `/v1/channels/${/** @type {any} */ (this.#channel).id}/lines`;
    return { method: "POST", path, body, key: this.#sheet.key };
  }

  /** @param {import("./api.js").Answer} answer */
  #done(answer) {
    this.#fill({});
    this.#sheet.key = "";
    keep(NAME, null);
    const first = answer.replayed ? ", by an earlier try; it is out once" : "";
    this.#sheet.say(`Published at ${clock(Date.parse(answer.body.line.published))}${first}.`);
    this.#sheet.field("text").focus();
    this.#posted(answer.body.line);
  }

  /** @param {import("./api.js").Answer} answer */
  #duplicate(answer) {
    const earlier = answer.body.line;
    const said = element("div", "");
    said.append(element("p", `The same text went out at ${clock(Date.parse(earlier.published))}. It was not posted again:`));
    said.append(wording(earlier, /** @type {import("../desk.js").Channel} */ (this.#channel)));
    this.#sheet.say(said, "notice");
    this.#sheet.offer("Post anyway", () => this.#sheet.submit({ allow_duplicate: true }));
    this.#warned = true;
  }

  #unwarn() {
    this.#warned = false;
    this.#sheet.say();
  }

  #reused() {
    this.#sheet.say("What you sent before your last edit has arrived after all: look at the list below.", "notice");
    this.#sheet.offer("Post this as another line", () => {
      this.#sheet.key = "";
      this.#sheet.submit();
    });
  }

  #keep() {
    const draft = { ...this.#sheet.wording(), ...this.#rest() };
    const written = draft.text || draft.source || draft.url || draft.note;
    keep(NAME, written ? { key: this.#sheet.key, draft } : null);
  }

  #kept() {
    const { key = "", draft = {} } = drafts()[NAME] ?? {};
    this.#sheet.key = key;
    return draft;
  }
}
