/** The few words that the widget says itself, in the languages that it knows. Have a native editor settle any change. */

/**
 * @typedef {object} Words
 * @property {string} label      before the lines
 * @property {string} pause      the button while the lines move
 * @property {string} resume     the button while they do not
 * @property {string} previous   the buttons of a display that shows one line at a time
 * @property {string} next
 * @property {string} aloud      the button that has a screen reader read new lines out
 * @property {string} corrected  after a line that was wrong
 * @property {string} none       instead of lines
 * @property {string} ended      instead of a channel that does not exist
 * @property {string} lost       before the time at which live was lost
 * @property {string} colon      between a source and its text
 * @property {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} fresh  new lines, by plural; # is their number
 */

/** @type {Record<string, Words>} */
const WORDS = {
  en: {
    label: "Breaking",
    pause: "Pause",
    resume: "Resume",
    previous: "Previous",
    next: "Next",
    aloud: "Read out",
    corrected: "Corrected",
    none: "No breaking news",
    ended: "No such ticker",
    lost: "Not live since ",
    colon: ": ",
    fresh: { one: "# new line", other: "# new lines" },
  },
  ar: {
    label: "عاجل",
    pause: "إيقاف مؤقت",
    resume: "استئناف",
    previous: "السابق",
    next: "التالي",
    aloud: "قراءة",
    corrected: "تصحيح",
    none: "لا أخبار عاجلة",
    ended: "شريط غير موجود",
    lost: "انقطع التحديث منذ ",
    colon: ": ",
    fresh: { one: "خبر جديد", two: "خبران جديدان", few: "# أخبار جديدة", many: "# خبرًا جديدًا", other: "# خبر جديد" },
  },
  es: {
    label: "Última hora",
    pause: "Pausar",
    resume: "Reanudar",
    previous: "Anterior",
    next: "Siguiente",
    aloud: "Leer",
    corrected: "Corrección",
    none: "Sin noticias de última hora",
    ended: "No existe este canal",
    lost: "Última actualización: ",
    colon: ": ",
    fresh: { one: "# noticia nueva", other: "# noticias nuevas" },
  },
  fr: {
    label: "Dernière minute",
    pause: "Pause",
    resume: "Reprendre",
    previous: "Précédent",
    next: "Suivant",
    aloud: "Lire",
    corrected: "Rectificatif",
    none: "Aucune info de dernière minute",
    ended: "Ce fil n’existe pas",
    lost: "Dernière mise à jour : ",
    colon: "\u00a0: ",
    fresh: { one: "# nouvelle info", other: "# nouvelles infos" },
  },
};

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
      const minutes = Math.ceil((at - now) / 60_000);
      if (minutes > -60) return relative.format(minutes, minutes ? "minute" : "second");
      if (minutes > -1440) return relative.format(Math.ceil(minutes / 60), "hour");
      return new Date(at).toLocaleDateString(language, { day: "numeric", month: "short" });
    },

    /** "4 new lines" @param {number} count */
    fresh: (count) =>
      (words.fresh[new Intl.PluralRules(language).select(count)] ?? words.fresh.other).replace("#", count.toLocaleString(language)),
  };
}

/** @typedef {ReturnType<typeof voiceIn>} Voice */
