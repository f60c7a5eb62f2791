/** The few words that the widget says itself, in the languages that it knows. Have a native editor settle any change. */

/**
 * @typedef {object} Words
 * @property {string} label      before the lines
 * @property {string} region     the strip, for those who do not see it
 * @property {string} pause      the button while the lines move
 * @property {string} resume     the button while they do not
 * @property {string} corrected  after a line that was wrong
 * @property {string} none       instead of lines
 * @property {string} colon      between a source and its text
 * @property {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} fresh  lines that wait for the end of a pause; {n}
 * @property {(time: string) => string} lost  live was lost then
 */

/** @type {Record<string, Words>} */
const WORDS = {
  en: {
    label: "Breaking",
    region: "Breaking news",
    pause: "Pause",
    resume: "Resume",
    corrected: "Corrected",
    none: "No breaking news at the moment",
    colon: ": ",
    fresh: { other: "{n} new" },
    lost: (time) => `Not live since ${time}`,
  },
  ar: {
    label: "عاجل",
    region: "أخبار عاجلة",
    pause: "إيقاف مؤقت",
    resume: "استئناف",
    corrected: "تصحيح",
    none: "لا أخبار عاجلة في الوقت الحالي",
    colon: ": ",
    fresh: {
      one: "خبر جديد",
      two: "خبران جديدان",
      few: "{n} أخبار جديدة",
      many: "{n} خبرًا جديدًا",
      other: "{n} خبر جديد",
    },
    lost: (time) => `انقطع التحديث المباشر منذ ${time}`,
  },
  es: {
    label: "Última hora",
    region: "Noticias de última hora",
    pause: "Pausar",
    resume: "Reanudar",
    corrected: "Corrección",
    none: "No hay noticias de última hora en este momento",
    colon: ": ",
    fresh: { one: "{n} nueva", other: "{n} nuevas" },
    lost: (time) => `Sin actualizar desde ${/^0?1:/.test(time) ? "la" : "las"} ${time}`,
  },
  fr: {
    label: "Dernière minute",
    region: "Informations de dernière minute",
    pause: "Mettre en pause",
    resume: "Reprendre",
    corrected: "Rectificatif",
    none: "Aucune information de dernière minute pour l’instant",
    colon: "\u00a0: ",
    fresh: { one: "{n} nouvelle", other: "{n} nouvelles" },
    lost: (time) => `Direct interrompu depuis ${time}`,
  },
};

/**
 * The first of the languages that is well-formed, as a BCP 47 tag; English if none is.
 * @param {...string | null | undefined} languages
 */
export function languageOf(...languages) {
  for (const language of languages) {
    try {
      if (language) return new Intl.Locale(language).toString();
    } catch {
      // a page may say anything in lang=""
    }
  }
  return "en";
}

/** What an element says, in one language; for another language, make another. */
export class Voice {
  /** @type {Words} */
  words;
  #plural;
  #number;
  #hour;
  #day;

  /** @param {string} language  a well-formed BCP 47 tag; English speaks for a language that the widget does not know */
  constructor(language) {
    this.asked = language;
    const known = new Intl.Locale(language).language;
    this.words = WORDS[known] ?? WORDS.en;
    this.language = WORDS[known] ? language : "en";
    this.#plural = new Intl.PluralRules(this.language);
    this.#number = new Intl.NumberFormat(this.language);
    this.#hour = new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#day = new Intl.DateTimeFormat(this.language, { day: "numeric", month: "short" });
  }

  /** "14:02" @param {number} at  ms since 1970 */
  hour(at) {
    return this.#hour.format(at);
  }

  /** "14:02", and another day's as "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
  time(at, now) {
    return new Date(at).toDateString() === new Date(now).toDateString() ? this.hour(at) : this.#day.format(at);
  }

  /** "4 new" @param {number} count */
  fresh(count) {
    const form = this.words.fresh[this.#plural.select(count)] ?? this.words.fresh.other;
    return form.replace("{n}", this.#number.format(count));
  }
}
