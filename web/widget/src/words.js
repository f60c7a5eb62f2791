/** The few words that the widget says itself, in the languages that it knows. Have a native editor settle any change. */

/**
 * @typedef {object} Words
 * @property {string} label      before the lines
 * @property {string} pause      the button while the lines move
 * @property {string} resume     the button while they do not
 * @property {string} previous   the buttons of a display that shows one line at a time
 * @property {string} next
 * @property {string} corrected  after a line that was wrong
 * @property {string} colon      between a source and its text
 */

/** @type {Record<string, Words>} */
const WORDS = {
  en: {
    label: "Breaking",
    pause: "Pause",
    resume: "Resume",
    previous: "Previous",
    next: "Next",
    corrected: "Corrected",
    colon: ": ",
  },
  ar: {
    label: "عاجل",
    pause: "إيقاف مؤقت",
    resume: "استئناف",
    previous: "السابق",
    next: "التالي",
    corrected: "تصحيح",
    colon: ": ",
  },
  es: {
    label: "Última hora",
    pause: "Pausar",
    resume: "Reanudar",
    previous: "Anterior",
    next: "Siguiente",
    corrected: "Corrección",
    colon: ": ",
  },
  fr: {
    label: "Dernière minute",
    pause: "Pause",
    resume: "Reprendre",
    previous: "Précédent",
    next: "Suivant",
    corrected: "Rectificatif",
    colon: "\u00a0: ",
  },
};

/** @type {typeof import("./later-words.js") | undefined} */
let later;

/** Loads the words that are not needed at first. */
export function learn() {
  import("./later-words.js").then(
    (module) => (later = module),
    () => {}, // the network is away: it is tried again
  );
}

/** @type {Record<string, Voice>} */
const voices = {};

/**
 * What an element says, in the first of some languages that it knows; English if it knows none.
 * @param {...string | null | undefined} languages  BCP 47 tags, or what a page takes for one
 */
export function voiceOf(...languages) {
  const language = languages.map((tag) => tag?.slice(0, 2) ?? "").find((tag) => WORDS[tag]) ?? "en";
  return (voices[language] ??= voiceIn(language));
}

/** @param {string} language */
function voiceIn(language) {
  const words = WORDS[language];
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

  return {
    language,
    words,

    /** "14:02" @param {Date} at */
    hour: (at) => at.toLocaleTimeString(language, { timeStyle: "short", hourCycle: "h23" }),

    /** "now", "5 min. ago", "2 hr. ago", and after a day "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    ago(at, now) {
      const minutes = Math.min(0, Math.ceil((at - now) / 60_000)); // what has just come may seem to be of the future
      if (minutes > -60) return relative.format(minutes, minutes ? "minute" : "second");
      if (minutes > -1440) return relative.format(Math.ceil(minutes / 60), "hour");
      return new Date(at).toLocaleDateString(language, { day: "numeric", month: "short" });
    },

    /** The others, once they have come. */
    get later() {
      return later?.LATER[language];
    },

    /** "4 new lines" @param {number} count */
    fresh: (count) => (count && later?.fresh(language, count)) || "",
  };
}

/** @typedef {ReturnType<typeof voiceIn>} Voice */
