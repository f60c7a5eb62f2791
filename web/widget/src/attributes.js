/** What the attributes mean. A bad value means the default; nothing throws. */

const ORIGIN = new URL(import.meta.url).origin; // of this script
const CHANNEL = /^[a-z0-9-]{1,32}$/;
const TOPIC = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const TOPICS_MOST = 20;
const MAX = 10;
const MAX_MOST = 50;

/**
 * An address of the web, or null: no other scheme is ever followed.
 * @param {string | null | undefined} value
 * @param {string} [base]
 */
export function web(value, base) {
  try {
    const url = new URL(value ?? "", base);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

/** A channel's id, "" without a good one. @param {string | null} value */
export function channelOf(value) {
  return value && CHANNEL.test(value) ? value : "";
}

/** Where the ticker is, without a slash at the end. @param {string | null} value @param {string} base  address of the page */
export function serverOf(value, base) {
  const url = value && web(value, base);
  return url ? url.origin + url.pathname.replace(/\/+$/, "") : ORIGIN;
}

/** How many lines to show. @param {string | null} value */
export function maxOf(value) {
  const max = Number(value);
  return Number.isInteger(max) && max >= 1 && max <= MAX_MOST ? max : MAX;
}

/** Slugs, each once and in order, so that equal wishes look equal. @param {string | null} value */
export function topicsOf(value) {
  const topics = (value ?? "").split(/\s+/).filter((topic) => TOPIC.test(topic));
  return [...new Set(topics)].sort().slice(0, TOPICS_MOST);
}
