/** What the attributes mean. A bad value means the default; nothing throws. */
/**
 * An address of the web, or null: no other scheme is ever followed.
 * @param {string | null | undefined} value
 * @param {string} [base]
 */
export declare function web(value: string | null | undefined, base?: string): URL | null;
/** A channel's id, "" without a good one. @param {string | null} value */
export declare function channelOf(value: string | null): string;
/** Where the ticker is, without a slash at the end. @param {string | null} value @param {string} base  address of the page */
export declare function serverOf(value: string | null, base: string): string;
/** How many lines to show. @param {string | null} value */
export declare function maxOf(value: string | null): number;
/** Slugs, each once and in order, so that equal wishes look equal. @param {string | null} value */
export declare function topicsOf(value: string | null): string[];
