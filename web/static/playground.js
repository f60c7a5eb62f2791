/**
 * The playground: what is chosen in the form is what the ticker shows, what the snippets say and what the address keeps.
 * Nothing is sent anywhere.
 */
import { fill } from "/static/times.js";

const { server, socket, widget, sandbox, heights, channels, words } = JSON.parse(document.querySelector(".playground-data").textContent);

const READABLE = 4.5; // WCAG 2.2, 1.4.3
const ATTRIBUTES = ["display", "topics", "max", "speed", "announce", "lang"]; // as docs/embed.md has them
const COLOURS = ["signal", "on-signal", "ground", "ink"];
/** The height to reserve by display, as docs/embed.md has it: within the rule, and after it. `narrow` is `rotate` that is never wide. */
const RESERVED = {
  crawl: ["  block-size: var(--ticker-height, 44px);\n", ""],
  rotate: [
    "  block-size: var(--ticker-height, 44px);\n",
    "\n@media (width < 480px) {\n  breaking-ticker { --ticker-height: 148px; }\n}",
  ],
  narrow: ["  --ticker-height: 148px;\n  block-size: var(--ticker-height);\n", ""],
  list: ["  --ticker-height: 320px;\n  block-size: var(--ticker-height);\n", ""],
};
/** The height of a frame, alike; a style attribute has no media query, so `rotate` says by a sum which of two heights it is. */
const FRAMED = {
  crawl: `${heights.crawl}px`,
  rotate: `clamp(${heights.crawl}px, (480px - 100vw) * 9999, ${heights.rotate}px)`,
  narrow: `${heights.rotate}px`,
  list: `${heights.list}px`,
};

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-choices]"));
const stage = document.querySelector("[data-stage]");
const ticker = stage.querySelector("breaking-ticker");
const topics = form.querySelector("[data-topics]");
const most = /** @type {HTMLInputElement} */ (form.elements.namedItem("max"));
const FULL = form.elements.namedItem("width").max;

/** The values of the form as it was sent: what need not be said. */
const usual = values();

/** What is chosen, by name; several topics with spaces between them. @returns {Record<string, string>} */
function values() {
  const data = new FormData(form);
  const own = data.get("colours") === "own";
  const chosen = Object.fromEntries([...data].filter(([name]) => name !== "topic" && name !== "colours"));
  for (const name of own ? [] : COLOURS) delete chosen[name];
  if (!most.validity.valid) delete chosen.max; // as the element has it: a bad value means the default
  return { ...chosen, topics: data.getAll("topic").join(" ") };
}

/** Those that differ from what is usual, in an order that never changes. @param {Record<string, string>} chosen @param {string[]} names */
const differing = (chosen, names) => names.filter((name) => chosen[name] && chosen[name] !== usual[name]).map((name) => [name, chosen[name]]);

/** @param {Record<string, string>} chosen */
function show(chosen) {
  const attributes = new Map(differing(chosen, ATTRIBUTES));
  for (const name of ATTRIBUTES) {
    if (!attributes.has(name)) ticker.removeAttribute(name);
    else if (ticker.getAttribute(name) !== attributes.get(name)) ticker.setAttribute(name, attributes.get(name));
  }
  if (ticker.getAttribute("channel") !== chosen.channel) ticker.setAttribute("channel", chosen.channel);
  stage.style.inlineSize = chosen.width === FULL ? "" : `${chosen.width}px`;
  for (const name of COLOURS) ticker.style.setProperty(`--ticker-${name}`, chosen[name] ?? "");
}

/** @param {Record<string, string>} chosen */
function tell(chosen) {
  form.querySelector("[data-output=width]").textContent = chosen.width === FULL ? words.full_width : `${chosen.width} px`;
  form.querySelector("[data-output=speed]").textContent = `${chosen.speed} px/s`;
  form.querySelector("[data-part=colours]").hidden = !chosen.ink;
  tellContrast("ink", chosen.ink, chosen.ground);
  tellContrast("on-signal", chosen["on-signal"], chosen.signal);
}

/** @param {string} name @param {string} [ink] @param {string} [ground] */
function tellContrast(name, ink, ground) {
  const node = form.querySelector(`[data-contrast=${name}]`);
  if (!ink) return;
  const ratio = contrast(ink, ground);
  const text = fill(ratio < READABLE ? words.low_contrast : words.contrast, { ratio: (Math.floor(ratio * 10) / 10).toFixed(1) });
  node.classList.toggle("low", ratio < READABLE);
  if (node.textContent !== text) node.textContent = text;
}

/** The contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio). @param {string} one @param {string} other */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The relative luminance of `#rrggbb`. @param {string} colour */
function luminance(colour) {
  const channel = (/** @type {number} */ at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** @param {Record<string, string>} chosen */
function write(chosen) {
  const given = differing(chosen, ATTRIBUTES);
  const attributes = [["channel", chosen.channel], ...given].map(([name, value]) => ` ${name}="${value}"`).join("");
  const element = `<breaking-ticker${attributes}></breaking-ticker>`;
  const colours = COLOURS.filter((name) => chosen[name]).map((name) => `  --ticker-${name}: ${chosen[name]};\n`);
  const width = chosen.width === FULL ? "" : `  max-inline-size: ${chosen.width}px;\n`;
  const room = chosen.display === "rotate" && Number(chosen.width) < 480 ? "narrow" : chosen.display;
  const query = new URLSearchParams(given).toString();
  const snippets = {
    pinned: `<script type="module" src="${server}${widget.path}"\n  integrity="${widget.integrity}"\n  crossorigin="anonymous"></script>\n${element}`,
    newest: `<script type="module" src="${server}/widget.js"></script>\n${element}`,
    style: `breaking-ticker {\n  display: block;\n${RESERVED[room][0]}${width}${colours.join("")}}${RESERVED[room][1]}`,
    policy: `script-src ${server}; connect-src ${server} ${socket}`,
    frame:
      `<iframe src="${server}/${chosen.channel}/embed${query ? `?${query.replaceAll("&", "&amp;")}` : ""}"\n` +
      `  title="${escaped(channels[chosen.channel].title)}" loading="lazy"\n  sandbox="${sandbox}"\n` +
      `  style="width: 100%; ${chosen.width === FULL ? "" : `max-width: ${chosen.width}px; `}height: ${FRAMED[room]}; border: 0"></iframe>`,
  };
  for (const [name, text] of Object.entries(snippets)) {
    const code = document.querySelector(`[data-snippet=${name}]`);
    code.textContent = text;
    code.closest(".snippet").querySelector("button").dataset.copy = text;
  }
}

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** Offers the topics of the chosen channel; those that were on and are there too stay on. @param {string} channel @param {string[]} on */
function offerTopics(channel, on) {
  const labels = channels[channel].topics.map(({ id, label }) => {
    const [node, box, name] = ["label", "input", "bdi"].map((tag) => document.createElement(tag));
    node.className = "check";
    Object.assign(box, { type: "checkbox", name: "topic", value: id, checked: on.includes(id) });
    name.textContent = label;
    node.append(box, name);
    return node;
  });
  topics.querySelector("[data-part=topics]").replaceChildren(...labels);
  topics.hidden = labels.length === 0;
}

/** Makes the form say what an address keeps; a value that cannot be chosen changes nothing. @param {URLSearchParams} kept */
function restore(kept) {
  const set = (/** @type {string} */ name) => {
    const [control, value] = [form.elements.namedItem(name), kept.get(name)];
    if (!control || value === null) return;
    const before = control.value;
    control.value = value;
    if (!control.value) control.value = before; // a select or a set of radios without this one
  };
  for (const name of ["channel", "display", "width", "speed", "max", "lang", "announce", ...COLOURS]) set(name);
  form.elements.namedItem("colours").checked = COLOURS.some((name) => kept.has(name));
  offerTopics(form.elements.namedItem("channel").value, (kept.get("topics") ?? "").split(" "));
}

/** Keeps what is chosen in the address, to be shared or found again. @param {Record<string, string>} chosen */
function keep(chosen) {
  const query = new URLSearchParams(differing(chosen, ["channel", ...ATTRIBUTES, "width", ...COLOURS]));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function draw() {
  const chosen = values();
  show(chosen);
  tell(chosen);
  write(chosen);
}

form.addEventListener("input", ({ target }) => {
  const on = new FormData(form).getAll("topic").map(String);
  if (target instanceof HTMLSelectElement && target.name === "channel") offerTopics(target.value, on);
  draw();
});
form.addEventListener("change", () => {
  most.reportValidity();
  keep(values());
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () =>
  setTimeout(() => { // the form is reset only after this event
    restore(new URLSearchParams());
    draw();
    keep(values());
  }),
);

restore(new URLSearchParams(location.search));
draw();
