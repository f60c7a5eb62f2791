/** The few words that the widget says itself, in the languages that it knows. Have a native editor settle any change. */
export type Words = {
    /**
     * before the lines
     */
    label: string;
    /**
     * the strip, for those who do not see it
     */
    region: string;
    /**
     * the button while the lines move
     */
    pause: string;
    /**
     * the button while they do not
     */
    resume: string;
    /**
     * after a line that was wrong
     */
    corrected: string;
    /**
     * instead of lines
     */
    none: string;
    /**
     * between a source and its text
     */
    colon: string;
    /**
     * lines that wait for the end of a pause; {n}
     */
    fresh: Partial<Record<Intl.LDMLPluralRule, string>> & {
        other: string;
    };
    /**
     * live was lost then
     */
    lost: (time: string) => string;
};
/**
 * The first of the languages that is well-formed, as a BCP 47 tag; English if none is.
 * @param {...string | null | undefined} languages
 */
export declare function languageOf(...languages: (string | null | undefined)[]): string;
/** What an element says, in one language; for another language, make another. */
export declare class Voice {
    #private;
    asked: string;
    language: string;
    /** @type {Words} */
    words: Words;
    /** @param {string} language  a well-formed BCP 47 tag; English speaks for a language that the widget does not know */
    constructor(language: string);
    /** "14:02" @param {number} at  ms since 1970 */
    hour(at: number): string;
    /** "14:02", and another day's as "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    time(at: number, now: number): string;
    /** "4 new" @param {number} count */
    fresh(count: number): string;
}
