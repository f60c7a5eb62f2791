/** The words of what stands beside the lines. Have a native editor settle any change. */

/**
 * @typedef {object} AsideWords
 * @property {string} pause     the button while the lines move
 * @property {string} resume    the button while they do not
 * @property {string} previous  the buttons of a display that shows one line at a time
 * @property {string} next
 * @property {string} aloud  the button that has a screen reader read new lines out
 * @property {string} none   instead of lines
 * @property {string} ended  instead of a channel that does not exist
 * @property {string} pinned after the time of a line that the editors hold on top
 * @property {string} lost   before the time at which live was lost
 * @property {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} fresh  new lines, by plural; # is their number
 */

/** @type {Record<string, AsideWords>} */
export const WORDS = {
  en: {
    pause: "Pause",
    resume: "Resume",
    previous: "Previous",
    next: "Next",
    aloud: "Read out",
    none: "No breaking news",
    ended: "No such ticker",
    pinned: "Pinned",
    lost: "Not live since ",
    fresh: { one: "# new line", other: "# new lines" },
  },
  ar: {
    pause: "إيقاف مؤقت",
    resume: "استئناف",
    previous: "السابق",
    next: "التالي",
    aloud: "قراءة",
    none: "لا أخبار عاجلة",
    ended: "شريط غير موجود",
    pinned: "مثبّت",
    lost: "انقطع التحديث منذ ",
    fresh: { one: "خبر جديد", two: "خبران جديدان", few: "# أخبار جديدة", many: "# خبرًا جديدًا", other: "# خبر جديد" },
  },
  es: {
    pause: "Pausar",
    resume: "Reanudar",
    previous: "Anterior",
    next: "Siguiente",
    aloud: "Leer",
    none: "Sin noticias de última hora",
    ended: "No existe este canal",
    pinned: "Fijada",
    lost: "Última actualización: ",
    fresh: { one: "# noticia nueva", other: "# noticias nuevas" },
  },
  fr: {
    pause: "Pause",
    resume: "Reprendre",
    previous: "Précédent",
    next: "Suivant",
    aloud: "Lire",
    none: "Rien pour l’instant",
    ended: "Ce fil n’existe pas",
    pinned: "Épinglé",
    lost: "Dernière mise à jour : ",
    fresh: { one: "# nouvelle info", other: "# nouvelles infos" },
  },
};

/** "4 new lines" @param {string} language  one of those above @param {number} count @param {number} [most]  that can be counted: "20+" */
export function fresh(language, count, most = Infinity) {
  if (!count) return "";
  const forms = WORDS[language].fresh;
  const number = Math.min(count, most).toLocaleString(language) + (count < most ? "" : "+");
  return (forms[new Intl.PluralRules(language).select(count)] ?? forms.other).replace("#", number);
}

/** "14:02" @param {string} language @param {Date} at */
export const hour = (language, at) => at.toLocaleTimeString(language, { timeStyle: "short", hourCycle: "h23" });
