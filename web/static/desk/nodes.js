/** Small things for the page. Text gets in through textContent only. */

/**
 * A copy of what a <template> holds.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  return /** @type {HTMLElement} */ (copy.firstElementChild);
}

/**
 * The element in `within` that a selector names; it is there, or the page is broken.
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {any}
 */
export function find(within, selector) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * An element with a text.
 * @param {string} name
 * @param {string} text
 * @param {string} [className]
 */
export function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/**
 * What a line says, in the order in which readers see it: the edition's, whatever letters it begins with.
 * @param {{source?: string | null, text: string}} line
 * @param {{language: string, direction: string}} channel
 * @param {string} [name]  of the element
 */
export function wording(line, channel, name = "p") {
  const made = Object.assign(element(name, ""), { lang: channel.language, dir: channel.direction });
  if (line.source) made.append(element("bdi", line.source), ": ");
  made.append(Object.assign(element("bdi", line.text), { dir: channel.direction }));
  return made;
}

/**
 * "14:02", with the day where it is not today.
 * @param {number} at  ms since 1970
 */
export function clock(at) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return moment.toLocaleString("en-GB", { ...day, hour: "2-digit", minute: "2-digit" });
}
