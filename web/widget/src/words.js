/**
 * The words that stand with the lines, in the languages that the widget knows; aside-words.js has the others. Have a native
 * editor settle any change.
 */

/**
 * @typedef {object} Words
 * @property {string} label      before the lines
 * @property {string} corrected  after a line that was wrong
 * @property {string} colon      between a source and its text
 */

/** @type {Record<string, Words>} */
const WORDS = {
  en: {
    label: "Breaking",
    corrected: "Corrected",
    colon: ": ",
  },
  ar: {
    label: "عاجل",
    corrected: "تصحيح",
    colon: ": ",
  },
  es: {
    label: "Última hora",
    corrected: "Corrección",
    colon: ": ",
  },
  fr: {
    label: "Dernière minute",
    corrected: "Rectificatif",
    colon: "\u00a0: ",
  },
};

/** @type {Record<string, Voice>} */
const voices = {};

/**
 * What an element says, in the first of some languages that it knows; English if it knows none.
 * @param {...string | undefined} languages  BCP 47 tags, or what a page takes for one
 */
export function voiceOf(...languages) {
  const language = languages.map((tag = "") => tag.toLowerCase().split("-")[0]).find((tag) => WORDS[tag]) ?? "en";
  return (voices[language] ??= voiceIn(language));
}

/** @param {string} language */
function voiceIn(language) {
  const words = WORDS[language];
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

  return {
    language,
    words,

    /** "now", "5 min. ago", "2 hr. ago", and after a day "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    ago(at, now) {
      const minutes = Math.min(0, Math.ceil((at - now) / 60_000)); // what has just come may seem to be of the future
      if (minutes > -60) return relative.format(minutes, minutes ? "minute" : "second");
      if (minutes > -1440) return relative.format(Math.ceil(minutes / 60), "hour");
      return new Date(at).toLocaleDateString(language, { day: "numeric", month: "short" });
    },
  };
}

/** @typedef {ReturnType<typeof voiceIn>} Voice */
