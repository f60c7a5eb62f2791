/** What the attributes mean. A bad value means the default; nothing throws. */
/**
 * An address of the web, or undefined: no other scheme is ever followed.
 * @param {string | null | undefined} value
 */
export declare function web(value: string | null | undefined): URL | undefined;
export type Attributes = {
    /**
     * id of the channel; without a good one the element keeps what the page put inside it
     */
    channel: string;
    /**
     * where the ticker is, without a slash at the end; default the origin of this script
     */
    server: string;
    /**
     * by default a crawl
     */
    display: "crawl" | "rotate" | "list";
    /**
     * slugs, separated by spaces: only lines with any of them; default all
     */
    topics: string;
    /**
     * how many lines to show, 1 to 50; default 10
     */
    max: number;
    /**
     * px a second of a crawl, 1 to 400; default 60
     */
    speed: number;
    /**
     * what a screen reader says: flashes (default; of other lines the number), all or nothing
     */
    announce: "flash" | "all" | "off";
};
/**
 * What a page may set, by attribute or property.
 * @typedef {object} Attributes
 * @property {string} channel   id of the channel; without a good one the element keeps what the page put inside it
 * @property {string} server    where the ticker is, without a slash at the end; default the origin of this script
 * @property {"crawl" | "rotate" | "list"} display  by default a crawl
 * @property {string} topics    slugs, separated by spaces: only lines with any of them; default all
 * @property {number} max       how many lines to show, 1 to 50; default 10
 * @property {number} speed     px a second of a crawl, 1 to 400; default 60
 * @property {"flash" | "all" | "off"} announce  what a screen reader says: flashes (default; of other lines the number), all or nothing
 */
/** How each attribute is read. @type {{[Name in keyof Attributes]: (value: string | null) => Attributes[Name]}} */
export declare const ATTRIBUTES: { [Name in keyof Attributes]: (value: string | null) => Attributes[Name]; };
