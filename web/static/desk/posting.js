/**
 * The form that posts a line. Its draft survives a reload: text, key and all are kept in this tab until the server has them.
 */
import { element, clock } from "./nodes.js";
import { Sheet } from "./sheet.js";

const DRAFT = "ticker.desk.draft";

export class Posting {
  #sheet;
  #session;
  #channel;
  #posted;

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
    form.addEventListener("input", () => this.#keep());
  }

  /** @param {import("../desk.js").Channel} channel */
  show(channel) {
    const wording = this.#channel ? this.#sheet.wording() : this.#kept();
    this.#channel = channel;
    this.#sheet.fit(channel);
    this.#sheet.fill(wording);
    this.#sheet.field("text").focus();
  }

  stop() {
    this.#sheet.stop();
  }

  /** @param {object} more */
  #request(more) {
    const wording = this.#sheet.wording();
    this.#keep();
    const body = Object.fromEntries(Object.entries({ ...wording, ...more }).filter(([, value]) => value !== null));
    const path = `/v1/channels/${/** @type {any} */ (this.#channel).id}/lines`;
    return { method: "POST", path, body, key: this.#sheet.key };
  }

  /** @param {import("./api.js").Answer} answer */
  #done(answer) {
    this.#sheet.fill({});
    this.#sheet.key = "";
    sessionStorage.removeItem(DRAFT);
    const first = answer.replayed ? ", by an earlier try; it is out once" : "";
    this.#sheet.say(`Published at ${clock(Date.parse(answer.body.line.published))}${first}.`);
    this.#sheet.field("text").focus();
    this.#posted(answer.body.line);
  }

  /** @param {import("./api.js").Answer} answer */
  #duplicate(answer) {
    const earlier = answer.body.line;
    const said = element("div", "");
    const source = earlier.source ? `${earlier.source}: ` : "";
    said.append(element("p", `The same text went out at ${clock(Date.parse(earlier.published))}. It was not posted again:`));
    said.append(Object.assign(element("p", `${source}${earlier.text}`), { dir: "auto" }));
    this.#sheet.say(said, "notice");
    this.#sheet.offer("Post anyway", () => this.#sheet.submit({ allow_duplicate: true }));
  }

  #reused() {
    this.#sheet.say("What you sent before your last edit has arrived after all: look at the list below.", "notice");
    this.#sheet.offer("Post this as another line", () => {
      this.#sheet.key = "";
      this.#sheet.submit();
    });
  }

  #keep() {
    const wording = this.#sheet.wording();
    if (wording.text || wording.source || wording.url) {
      sessionStorage.setItem(DRAFT, JSON.stringify({ key: this.#sheet.key, wording }));
    } else {
      sessionStorage.removeItem(DRAFT);
    }
  }

  #kept() {
    try {
      const { key, wording } = JSON.parse(sessionStorage.getItem(DRAFT) ?? "{}");
      this.#sheet.key = typeof key === "string" ? key : "";
      return wording ?? {};
    } catch {
      return {};
    }
  }
}
