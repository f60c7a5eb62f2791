/** Times in the reader's own zone, in the words that the page brings along (`for_script()` of the page's words). */

const two = (/** @type {number} */ n) => String(n).padStart(2, "0");

/** @param {string} pattern @param {Record<string, string | number>} values */
export const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/** The time of day, as 14:02. @param {Date} at */
export const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;

/** The day, as 2026-11-24: what groups lines under one heading. @param {Date} at */
export const dayKey = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** The day in words. @param {Date} at @param {any} words */
export const fullDay = (at, words) =>
  fill(words.day, {
    weekday: words.weekdays[(at.getDay() + 6) % 7],
    day: at.getDate(),
    month: words.months[at.getMonth()],
    year: at.getFullYear(),
  });

/**
 * A time in one of the forms of the pages.
 * @param {Date} at @param {string} form  clock, dated (with the day, in short), moment (with it unless it is today) or full @param {any} words
 */
export function say(at, form, words) {
  const time = clock(at);
  if (form === "full") return fill(words.moment, { day: fullDay(at, words), time });
  if (form === "dated") return `${at.getDate()}\u00a0${words.short_months[at.getMonth()]} ${time}`;
  if (form !== "moment" || dayKey(at) === dayKey(new Date())) return time;
  return fill(words.moment, { day: fill(words.short_day, { day: at.getDate(), month: words.months[at.getMonth()] }), time });
}

/**
 * Says each time below `root` in the reader's zone. The word UTC that the server put behind it keeps its place, unseen.
 * @param {ParentNode} root @param {any} words
 */
export function localise(root, words) {
  for (const time of root.querySelectorAll("time[data-form]")) {
    const text = say(new Date(time.dateTime), time.dataset.form, words);
    time.dataset.local = "";
    if (!time.firstChild) time.append(text);
    else if (time.firstChild.data !== text) time.firstChild.data = text;
  }
}
