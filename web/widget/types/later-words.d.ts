/**
 * The words that the widget does not need at first, loaded a second later: whoever pauses, loses the connection or has a
 * screen reader has them by then. Have a native editor settle any change.
 */
export type LaterWords = {
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
 * @typedef {object} LaterWords
 * @property {string} aloud  the button that has a screen reader read new lines out
 * @property {string} none   instead of lines
 * @property {string} ended  instead of a channel that does not exist
 * @property {string} lost   before the time at which live was lost
 * @property {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} fresh  new lines, by plural; # is their number
 */
/** @type {Record<string, LaterWords>} */
export declare const LATER: Record<string, LaterWords>;
/** "4 new lines" @param {string} language  one of those above @param {number} count */
export declare function fresh(language: string, count: number): string;
