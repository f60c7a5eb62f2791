/** The words of what stands beside the lines. Have a native editor settle any change. */
export type AsideWords = {
    /**
     * the button while the lines move
     */
    pause: string;
    /**
     * the button while they do not
     */
    resume: string;
    /**
     * the buttons of a display that shows one line at a time
     */
    previous: string;
    next: string;
    /**
     * the button that has a screen reader read new lines out
     */
    aloud: string;
    /**
     * instead of lines
     */
    none: string;
    /**
     * instead of a channel that does not exist
     */
    ended: string;
    /**
     * after the time of a line that the editors hold on top
     */
    pinned: string;
    /**
     * before the time at which live was lost
     */
    lost: string;
    /**
     * new lines, by plural; # is their number
     */
    fresh: Partial<Record<Intl.LDMLPluralRule, string>> & {
        other: string;
    };
};
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
export declare const WORDS: Record<string, AsideWords>;
/** "4 new lines" @param {string} language  one of those above @param {number} count @param {number} [most]  that can be counted: "20+" */
export declare function fresh(language: string, count: number, most?: number): string;
/** "14:02" @param {string} language @param {Date} at */
export declare const hour: (language: string, at: Date) => string;
