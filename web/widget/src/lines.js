/**
 * The lines that a viewer shows, from the messages that it gets. It knows no DOM and no clock.
 *
 * What it keeps true: a version that was replaced or withdrawn never comes back, whatever the order of messages; a
 * snapshot alone starts from nothing, since it may be of another, older history. It holds more lines than it shows, so
 * that a withdrawal leaves no hole. What is not of the shape that the protocol tells is ignored, field by field.
 */

/**
 * One line, as checked: members of a wrong type are left out.
 * @typedef {object} Line
 * @property {string} id
 * @property {number} version
 * @property {string} text
 * @property {string} [source]
 * @property {number} urgency  1 flash, 2 urgent, 3 breaking, 5 update
 * @property {string} [correction]  what was wrong
 * @property {readonly string[]} topics
 * @property {string} [url]
 * @property {boolean} pinned
 * @property {number} published  ms since 1970
 * @property {number} updated    ms since 1970
 * @property {number} expires    ms since 1970, Infinity if never
 *
 * @typedef {{type: string, [member: string]: unknown}} Message
 *
 * What a message changed, for those who tell others.
 * @typedef {{type: "publish" | "correct", line: Line, before: Line | undefined} | {type: "withdraw", id: string, status: string}
 *   | {type: "snapshot"}} Change
 */

const BREAKING = 3;
const REMEMBERED = 1000; // versions of lines no longer held: far more than a server replays out of order

/** @param {unknown} value */
const string = (value) => (typeof value === "string" && value ? value : undefined);
/** @param {unknown} value */
const whole = (value) => (Number.isSafeInteger(value) && /** @type {number} */ (value) > 0 ? /** @type {number} */ (value) : 0);
/** @param {unknown} value */
const time = (value) => (typeof value === "string" ? Date.parse(value) : NaN);

/**
 * The line in a member of a message, or null if it cannot be shown.
 * @param {any} value
 * @returns {Readonly<Line> | null}
 */
export function lineFrom(value) {
  if (!value || typeof value !== "object") return null;
  const [id, text, published] = [string(value.id), string(value.text), time(value.published)];
  const version = whole(value.version);
  if (!id || !text || !version || Number.isNaN(published) || (value.status ?? "usable") !== "usable") return null;
  return Object.freeze({
    id,
    version,
    text,
    source: string(value.source),
    urgency: whole(value.urgency) || BREAKING,
    correction: string(value.correction),
    topics: Object.freeze(Array.isArray(value.topics) ? value.topics.filter(string) : []),
    url: string(value.url),
    pinned: value.pinned === true,
    published,
    updated: time(value.updated) || published,
    expires: time(value.expires) || Infinity,
  });
}

/** Pinned first, then the newest first. @param {Line} a @param {Line} b */
export function tickerOrder(a, b) {
  return Number(b.pinned) - Number(a.pinned) || b.published - a.published || (a.id < b.id ? 1 : -1);
}

export class Lines {
  /** ms that the server's clock is ahead of the local one. */
  offset = 0;

  /** @type {Map<string, Line>} */
  #held = new Map();
  /** The newest version seen of each line, also of those withdrawn. @type {Map<string, number>} */
  #versions = new Map();
  #limit;

  /** @param {number} limit  how many lines to hold at most */
  constructor(limit) {
    this.#limit = limit;
  }

  /**
   * Takes a message in.
   * @param {Message} message
   * @param {number} clock  ms since 1970 by the local clock
   * @returns {Change | null}  null if nothing changed
   */
  apply(message, clock) {
    const now = time(message.now);
    if (!Number.isNaN(now)) this.offset = now - clock;
    const change = this.#change(message);
    if (change) this.#cut(clock);
    return change;
  }

  /**
   * All lines held that have not expired, in order.
   * @param {number} clock  ms since 1970 by the local clock
   * @returns {Line[]}
   */
  at(clock) {
    return [...this.#held.values()].filter((line) => line.expires > clock + this.offset).sort(tickerOrder);
  }

  /** @param {Message} message @returns {Change | null} */
  #change(message) {
    switch (message.type) {
      case "snapshot":
        return this.#replace(message.lines);
      case "publish":
      case "correct":
        return this.#put(message.type, message.line);
      case "withdraw":
        return this.#remove(message);
      default:
        return null;
    }
  }

  /** @param {unknown} lines @returns {Change | null} */
  #replace(lines) {
    if (!Array.isArray(lines)) return null;
    this.#held.clear();
    this.#versions.clear();
    for (const line of lines) this.#put("publish", line);
    return { type: "snapshot" };
  }

  /** @param {"publish" | "correct"} type @param {unknown} value @returns {Change | null} */
  #put(type, value) {
    const line = lineFrom(value);
    if (!line || line.version <= (this.#versions.get(line.id) ?? 0)) return null;
    const before = this.#held.get(line.id);
    this.#remember(line.id, line.version);
    this.#held.set(line.id, line);
    return { type, line, before };
  }

  /**
   * Removes on an equal version too: between showing what was withdrawn and hiding it, hiding is right.
   * @param {Message} message
   * @returns {Change | null}
   */
  #remove(message) {
    const [id, version] = [string(message.id), whole(message.version)];
    if (!id || version < (this.#versions.get(id) ?? 0)) return null;
    this.#remember(id, version);
    return this.#held.delete(id) ? { type: "withdraw", id, status: string(message.status) ?? "canceled" } : null;
  }

  /** @param {string} id @param {number} version */
  #remember(id, version) {
    this.#versions.delete(id); // so that the map's order is that of use
    this.#versions.set(id, version);
    if (this.#versions.size > REMEMBERED) this.#versions.delete(/** @type {string} */ (this.#versions.keys().next().value));
  }

  /** @param {number} clock */
  #cut(clock) {
    const kept = new Set(this.at(clock).slice(0, this.#limit));
    for (const [id, line] of this.#held) if (!kept.has(line)) this.#held.delete(id);
  }
}
