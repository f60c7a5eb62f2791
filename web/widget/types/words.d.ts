/**
 * The words that stand with the lines, in the languages that the widget knows; aside-words.js has the others. Have a native
 * editor settle any change.
 */
export type Words = {
    /**
     * before the lines
     */
    label: string;
    /**
     * after a line that was wrong
     */
    corrected: string;
    /**
     * between a source and its text
     */
    colon: string;
};
/**
 * What an element says, in the first of some languages that it knows; English if it knows none.
 * @param {...string | undefined} languages  BCP 47 tags, or what a page takes for one
 */
export declare function voiceOf(...languages: (string | undefined)[]): {
    language: string;
    words: Words;
    /** "now", "5 min. ago", "2 hr. ago", and after a day "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    ago(at: number, now: number): string;
};
/** @param {string} language */
declare function voiceIn(language: string): {
    language: string;
    words: Words;
    /** "now", "5 min. ago", "2 hr. ago", and after a day "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    ago(at: number, now: number): string;
};
export type Voice = ReturnType<typeof voiceIn>;
export {};
/** @typedef {ReturnType<typeof voiceIn>} Voice */
