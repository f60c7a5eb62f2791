/**
 * The desk: sign in, post, see what is out, mend it.
 *
 * The token stands in this tab's session storage and in the Authorization header, nowhere else; there is no cookie, so no
 * other site can act for an editor.
 *
 * @typedef {{id: string, title: string, language: string, direction: string, topics: {id: string, label: string}[]}} Channel
 */
import { ask, wordsOf } from "./desk/api.js";
import { element, find } from "./desk/nodes.js";
import { Out } from "./desk/out.js";
import { Posting } from "./desk/posting.js";

const TOKEN = "ticker.desk.token";
const CHANNEL = "ticker.desk.channel";
const WRONG = "This token is not valid: it may have been revoked, or is not whole.";
const WAY_OUT = "Paste it from “tk_” to its end.";
const PRINTABLE = /^[\x21-\x7e]+$/; // what a header can carry

/** Who is signed in. */
export class Session {
  token = "";
  /** @type {string[]} */
  #scopes = [];
  #ended;

  /** @param {() => void} ended  the token is no longer valid */
  constructor(ended) {
    this.#ended = ended;
  }

  /** @param {string} token @param {string[]} scopes */
  begin(token, scopes) {
    this.token = token;
    this.#scopes = scopes;
  }

  /** @param {string} scope */
  may(scope) {
    return this.#scopes.includes(scope);
  }

  ended() {
    this.#ended();
  }
}

const signin = find(document, "#signin");
const desk = find(document, "#desk");
const chooser = find(document, "#channel");
const field = find(document, "#token");
const said = find(signin, "[role=status]");

const session = new Session(() => leave("Your sign-in has ended: the token is no longer valid. What you wrote is kept."));
const out = new Out(session);
const posting = new Posting(find(document, "#post"), find(desk, "[data-part=status]"), session, (line) => {
  if (line.channel === chooser.value) out.take(line);
});

/** @type {Channel[]} */
let channels = [];

/** @param {string} token */
async function enter(token) {
  if (!PRINTABLE.test(token)) return refuse(WRONG);
  tell("Signing in …");
  const answer = await ask(token, { method: "GET", path: "/v1/me" });
  if (answer.status === 401) return refuse(WRONG, token);
  if (!answer.ok) {
    // A server that is away ends no sign-in.
    leave(`${wordsOf(answer)} Nothing is lost: sign in again in a moment.`, { forget: false });
    field.value = token;
    return;
  }
  sessionStorage.setItem(TOKEN, token);
  session.begin(token, answer.body.scopes);
  channels = answer.body.channels;
  field.value = "";
  tell("");
  begin(answer.body.name);
}

/** Shows what is wrong with a token, which stays to be mended. @param {string} why @param {string} [token] */
function refuse(why, token = field.value) {
  leave(why, { kind: "notice notice-error", hint: WAY_OUT });
  field.value = token;
  field.setAttribute("aria-invalid", "true");
}

/** @param {string} words @param {string} [kind] @param {string} [hint] */
function tell(words, kind = "", hint = "") {
  field.removeAttribute("aria-invalid");
  const box = element("div", "", kind);
  box.append(element("p", words));
  if (hint) box.append(element("p", hint, "small"));
  said.replaceChildren(...(words ? [box] : []));
}

/** @param {string} name */
function begin(name) {
  signin.hidden = true;
  desk.hidden = false;
  Object.assign(find(document, "#who"), { textContent: name, hidden: false });
  find(document, "#signout").hidden = false;
  const options = channels.map((channel) => {
    const option = Object.assign(element("option", `${channel.title} (${channel.id})`), { lang: channel.language });
    option.setAttribute("value", channel.id);
    return option;
  });
  chooser.replaceChildren(...options);
  const last = sessionStorage.getItem(CHANNEL) ?? "";
  if (channels.some((channel) => channel.id === last)) chooser.value = last;
  find(document, "#post").closest("section").hidden = !session.may("post");
  choose();
}

function choose() {
  const channel = channels.find((one) => one.id === chooser.value);
  if (!channel) return;
  sessionStorage.setItem(CHANNEL, channel.id);
  posting.show(channel);
  out.show(channel);
}

/** Shows the sign-in again. @param {string} why @param {{forget?: boolean, kind?: string, hint?: string}} [how] */
function leave(why, { forget = true, kind = "notice", hint = "" } = {}) {
  if (forget) sessionStorage.removeItem(TOKEN);
  session.begin("", []);
  posting.stop();
  out.close();
  desk.hidden = true;
  find(document, "#who").hidden = true;
  find(document, "#signout").hidden = true;
  signin.hidden = false;
  field.focus(); // first: told before, it would be heard once as the field's description and once by itself
  tell(why, kind, hint);
}

find(signin, "form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  enter(field.value.trim());
});
find(document, "#signout").addEventListener("click", () => {
  sessionStorage.clear();
  // A fresh page: no draft, no line and no token of this editor stays behind in memory.
  location.reload();
});
chooser.addEventListener("change", choose);

const kept = sessionStorage.getItem(TOKEN);
if (kept) enter(kept);
else leave("");
