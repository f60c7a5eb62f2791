/** What the attributes mean. A bad value means the default; nothing throws. */

const ORIGIN = new URL(import.meta.url).origin; // of this script
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const TOPICS_MOST = 20;

/**
 * An address of the web, or undefined: no other scheme is ever followed.
 * @param {string | null | undefined} value
 */
export function web(value) {
  try {
    const url = new URL(value ?? "", document.baseURI);
    return value && /^https?:/.test(url.href) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string | null} value @param {number} most @param {number} otherwise */
function numberOf(value, most, otherwise) {
  const number = Math.floor(Number(value));
  return number > 0 && number <= most ? number : otherwise;
}

/**
 * What a page may set, by attribute or property.
 * @typedef {object} Attributes
 * @property {string} channel   id of the channel; without a good one the element keeps what the page put inside it
 * @property {string} server    where the ticker is, without a slash at the end; default the origin of this script
 * @property {"crawl" | "rotate" | "list"} display  by default a crawl
 * @property {string} topics    slugs, separated by spaces: only lines with any of them; default all
 * @property {number} max       how many lines to show, 1 to 50; default 10
 * @property {number} speed     px a second of a crawl, 1 to 400; default 60
 * @property {"flash" | "all" | "off"} announce  what a screen reader says: flashes (default; of other lines the number), all or nothing
 */

/** How each attribute is read. @type {{[Name in keyof Attributes]: (value: string | null) => Attributes[Name]}} */
export const ATTRIBUTES = {
  channel: (value) => (value && SLUG.test(value) ? value : ""),
  server: (value) => web(value)?.href.replace(/\/*([?#].*)?$/, "") ?? ORIGIN,
  display: (value) => (value === "rotate" || value === "list" ? value : "crawl"),
  // Each once and in order, so that equal wishes look equal.
  topics: (value) => [...new Set(value?.split(/\s+/).filter((topic) => SLUG.test(topic)))].sort().slice(0, TOPICS_MOST).join(" "),
  max: (value) => numberOf(value, 50, 10),
  speed: (value) => numberOf(value, 400, 60),
  announce: (value) => (value === "all" || value === "off" ? value : "flash"),
};
