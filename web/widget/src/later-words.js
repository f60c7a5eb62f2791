/**
 * The words that the widget does not need at first, loaded a second later: whoever pauses, loses the connection or has a
 * screen reader has them by then. Have a native editor settle any change.
 */

/**
 * @typedef {object} LaterWords
 * @property {string} aloud  the button that has a screen reader read new lines out
 * @property {string} none   instead of lines
 * @property {string} ended  instead of a channel that does not exist
 * @property {string} lost   before the time at which live was lost
 * @property {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} fresh  new lines, by plural; # is their number
 */

/** @type {Record<string, LaterWords>} */
export const LATER = {
  en: {
    aloud: "Read out",
    none: "No breaking news",
    ended: "No such ticker",
    lost: "Not live since ",
    fresh: { one: "# new line", other: "# new lines" },
  },
  ar: {
    aloud: "قراءة",
    none: "لا أخبار عاجلة",
    ended: "شريط غير موجود",
    lost: "انقطع التحديث منذ ",
    fresh: { one: "خبر جديد", two: "خبران جديدان", few: "# أخبار جديدة", many: "# خبرًا جديدًا", other: "# خبر جديد" },
  },
  es: {
    aloud: "Leer",
    none: "Sin noticias de última hora",
    ended: "No existe este canal",
    lost: "Última actualización: ",
    fresh: { one: "# noticia nueva", other: "# noticias nuevas" },
  },
  fr: {
    aloud: "Lire",
    none: "Aucune info de dernière minute",
    ended: "Ce fil n’existe pas",
    lost: "Dernière mise à jour : ",
    fresh: { one: "# nouvelle info", other: "# nouvelles infos" },
  },
};

/** "4 new lines" @param {string} language  one of those above @param {number} count */
export function fresh(language, count) {
  const forms = LATER[language].fresh;
  return (forms[new Intl.PluralRules(language).select(count)] ?? forms.other).replace("#", count.toLocaleString(language));
}
