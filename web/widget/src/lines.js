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
 * @typedef {{type: string, [member: string]: any}} Message
 *
 * What a message changed, for those who tell others.
 * @typedef {{type: "publish" | "correct", line: Line, before: Line | undefined} | {type: "withdraw", id: string, version: number,
 *   status: string} | {type: "snapshot"}} Change
 */

const BREAKING = 3;
const REMEMBERED = 1000; // versions of lines no longer held: far more than a server replays out of order

/** @param {any} value */
const whole = (value) => (Number.isSafeInteger(value) && value > 0 ? value : 0);
/** ms since 1970, as a number in what another tab tells, else as RFC 3339; NaN for all else. @param {any} value */
const time = (value) => (/string|number/.test(typeof value) ? +new Date(value) : NaN);

/**
 * The line in a member of a message, or null if it cannot be shown.
 * @param {any} value
 * @returns {Readonly<Line> | null}
 */
function lineFrom(value) {
  const string = (/** @type {string} */ name) => (typeof value[name] === "string" && value[name]) || undefined;
  const [id, text] = [string("id"), string("text")];
  const [version, published] = [whole(value.version), time(value.published)];
  if (!id || !text || !version || Number.isNaN(published) || (value.status ?? "usable") !== "usable") return null;
  return Object.freeze({
    id,
    version,
    text,
    source: string("source"),
    urgency: whole(value.urgency) || BREAKING,
    correction: string("correction"),
    topics: Object.freeze([value.topics].flat().filter((topic) => topic && typeof topic === "string")),
    url: string("url"),
    pinned: value.pinned === true,
    published,
    updated: time(value.updated) || published,
    expires: time(value.expires) || Infinity,
  });
}

/** Pinned first, then the newest first. @param {Line} a @param {Line} b */
const tickerOrder = (a, b) => +b.pinned - +a.pinned || b.published - a.published || (a.id < b.id ? 1 : -1);

export class Lines {
  /** ms that the server's clock is ahead of the local one. */
  offset = 0;

  /** All lines held, in order. @type {Line[]} */
  #held = [];
  /** The newest version seen of each line, also of those withdrawn. @type {Map<string, number>} */
  #versions = new Map();

  /** @param {number} limit  how many lines to hold at most */
  constructor(limit) {
    this.limit = limit;
  }

  /**
   * Takes a message in.
   * @param {Message} message
   * @param {number} clock  ms since 1970 by the local clock
   * @returns {Change | null}  null if nothing changed
   */
  apply(message, clock) {
    const now = time(message.now);
    if (now) this.offset = now - clock;
    const change = this.#change(message);
    this.#held = this.at(clock).slice(0, this.limit);
    return change;
  }

  /**
   * All lines held that have not expired, in order.
   * @param {number} clock  ms since 1970 by the local clock
   * @returns {Line[]}
   */
  at(clock) {
    return this.#held.filter((line) => line.expires > clock + this.offset).sort(tickerOrder);
  }

  /** @param {Message} message @returns {Change | null} */
  #change(message) {
    const { type, lines, id, version } = message;
    if (type === "publish" || type === "correct") return this.#put(type, message.line);
    if (type === "snapshot" && Array.isArray(lines)) {
      this.#held = [];
      this.#versions.clear();
      for (const line of lines) this.#put("publish", line);
      return { type };
    }
    // On an equal version too: between showing what was withdrawn and hiding it, hiding is right.
    const seen = typeof id === "string" ? this.#seen(id) : Infinity;
    if (type !== "withdraw" || whole(version) < seen) return null;
    const usable = message.status === "usable";
    // A line that is held no longer may still be shown somewhere: on its way across, on a page that collects lines, or by one
    // that was paused so long ago that nothing is remembered of it here.
    const told = this.#replace(id, version) || (version > seen && (seen || !usable));
    return told ? { type, id, version, status: usable ? "usable" : "canceled" } : null;
  }

  /** @param {"publish" | "correct"} type @param {any} value @returns {Change | null} */
  #put(type, value) {
    const line = value && lineFrom(value);
    if (!line || line.version <= this.#seen(line.id)) return null;
    return { type, line, before: this.#replace(line.id, line.version, line) };
  }

  /** The newest version seen of a line. @param {string} id */
  #seen(id) {
    return this.#versions.get(id) ?? 0;
  }

  /** Puts a line, or none, in the place of another version, and gives that. @param {string} id @param {number} version @param {Line[]} line */
  #replace(id, version, ...line) {
    const before = this.#held.find((held) => held.id === id);
    this.#held = [...this.#held.filter((held) => held !== before), ...line];
    this.#versions.delete(id); // so that the map's order is that of use
    this.#versions.set(id, version);
    if (this.#versions.size > REMEMBERED) this.#versions.delete(/** @type {string} */ (this.#versions.keys().next().value));
    return before;
  }
}
