/** Keeps a line's own page true: a withdrawn text is gone at once, a corrected one is loaded anew. */
import { Connection } from "/widget/src/connection.js";
import { localise } from "/static/times.js";

const RELOAD_AFTER = 500; // ms; another process of the server may answer, and be that much behind

const article = document.querySelector("[data-line]");
const { line, channel, version } = article.dataset;
const address = new URL(`/v1/channels/${channel}/`, location.href);

const reload = () => setTimeout(() => location.reload(), RELOAD_AFTER);

function withdraw() {
  article.replaceChildren();
  document.title = "";
  reload();
}

/** After a snapshot nobody knows what this line went through meanwhile: ask. */
async function check() {
  const answer = await fetch(new URL(`lines/${line}`, address), { cache: "no-cache" });
  if (answer.status === 404 || answer.status === 410) withdraw();
  else if (answer.ok && (await answer.json()).version > Number(version)) reload();
}

const connection = new Connection({
  address,
  topics: [],
  limit: 1,
  changed: () => {},
  deliver: (message) => {
    if (message.type === "snapshot") check().catch(() => {});
    else if (message.type === "withdraw" && message.id === line) withdraw();
    else if (message.line?.id === line && message.line.version > Number(version)) reload();
  },
});
connection.cursor = article.dataset.cursor;
connection.open();
addEventListener("online", () => connection.retry());
addEventListener("pagehide", () => connection.close());
addEventListener("pageshow", (event) => event.persisted && connection.open());

localise(document, JSON.parse(document.querySelector(".line-words").textContent));
