/** The few words that the widget says itself, in the languages that it knows. Have a native editor settle any change. */
export type Words = {
    /**
     * before the lines
     */
    label: string;
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
     * after a line that was wrong
     */
    corrected: string;
    /**
     * between a source and its text
     */
    colon: string;
};
/** Loads the words that are not needed at first. */
export declare function learn(): void;
/**
 * What an element says, in the first of some languages that it knows; English if it knows none.
 * @param {...string | null | undefined} languages  BCP 47 tags, or what a page takes for one
 */
export declare function voiceOf(...languages: (string | null | undefined)[]): {
    language: string;
    words: Words;
    /** "14:02" @param {Date} at */
    hour: (at: Date) => string;
    /** "now", "5 min. ago", "2 hr. ago", and after a day "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    ago(at: number, now: number): string;
    /** The others, once they have come. */
    readonly later: import("./later-words.js").LaterWords | undefined;
    /** "4 new lines" @param {number} count */
    fresh: (count: number) => string;
};
/** @param {string} language */
declare function voiceIn(language: string): {
    language: string;
    words: Words;
    /** "14:02" @param {Date} at */
    hour: (at: Date) => string;
    /** "now", "5 min. ago", "2 hr. ago", and after a day "24 Nov" @param {number} at @param {number} now  both ms since 1970 */
    ago(at: number, now: number): string;
    /** The others, once they have come. */
    readonly later: import("./later-words.js").LaterWords | undefined;
    /** "4 new lines" @param {number} count */
    fresh: (count: number) => string;
};
export type Voice = ReturnType<typeof voiceIn>;
export {};
/** @typedef {ReturnType<typeof voiceIn>} Voice */
