export type Line = import("./lines.js").Line;
export type Change = import("./lines.js").Change;
export type Status = import("./connection.js").Status;
export type Events = {
    publish: CustomEvent<{
        readonly channel: string;
        readonly line: Readonly<Line>;
    }>;
    correct: CustomEvent<{
        readonly channel: string;
        readonly line: Readonly<Line>;
    }>;
    withdraw: CustomEvent<{
        readonly channel: string;
        readonly id: string;
        readonly status: string;
    }>;
    status: CustomEvent<{
        readonly channel: string;
        readonly status: Status;
        readonly since: string | null;
    }>;
};
export type Telling = {
    addEventListener: <Name extends keyof Events>(name: Name, listener: (this: BreakingTickerElement, event: Events[Name]) => void, options?: boolean | AddEventListenerOptions) => void;
    removeEventListener: <Name extends keyof Events>(name: Name, listener: (this: BreakingTickerElement, event: Events[Name]) => void, options?: boolean | EventListenerOptions) => void;
};
export type Mirrored = Telling & HTMLElement & import("./attributes.js").Attributes;
declare const BreakingTickerElement_base: new () => Mirrored;
/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Change} Change */
/** @typedef {import("./connection.js").Status} Status */
/**
 * What the element tells, by the event's name.
 * @typedef {object} Events
 * @property {CustomEvent<{readonly channel: string, readonly line: Readonly<Line>}>} publish
 * @property {CustomEvent<{readonly channel: string, readonly line: Readonly<Line>}>} correct
 * @property {CustomEvent<{readonly channel: string, readonly id: string, readonly status: string}>} withdraw
 * @property {CustomEvent<{readonly channel: string, readonly status: Status, readonly since: string | null}>} status
 */
/**
 * How one listens to them; to all else as ever.
 * @typedef {object} Telling
 * @property {<Name extends keyof Events>(name: Name, listener: (this: BreakingTickerElement, event: Events[Name]) => void,
 *   options?: boolean | AddEventListenerOptions) => void} addEventListener
 * @property {<Name extends keyof Events>(name: Name, listener: (this: BreakingTickerElement, event: Events[Name]) => void,
 *   options?: boolean | EventListenerOptions) => void} removeEventListener
 */
/** @typedef {Telling & HTMLElement & import("./attributes.js").Attributes} Mirrored */
/**
 * The newest lines of a channel, as they come.
 *
 * @attr {string} channel  the channel's id
 * @attr {string} server  address of the ticker; by default the origin of the script
 * @attr {"crawl" | "rotate" | "list"} [display=crawl]  lines go by, one line at a time, or a column with the newest first
 * @attr {string} topics  slugs with spaces between them, 20 at most: only lines with any of them; by default all lines
 * @attr {number} [max=10]  how many lines to show, 1 to 50
 * @attr {number} [speed=60]  of a crawl, in px a second, 1 to 400
 * @attr {"flash" | "all" | "off"} [announce=flash]  what screen readers say when it happens: each flash and how many others, each line, or nothing
 * @attr {boolean} paused  when there, the lines stand still and new ones wait to be shown
 * @attr {string} lang  language of the widget's own words: `en`, `ar`, `es` or `fr`; by default that of the channel, then of the page
 * @attr {"ltr" | "rtl"} dir  direction of the strip; by default that of the channel
 *
 * @fires {CustomEvent<{channel: string, line: Line}>} publish  a new line came
 * @fires {CustomEvent<{channel: string, line: Line}>} correct  a line changed: corrected, updated, pinned or unpinned
 * @fires {CustomEvent<{channel: string, id: string, status: string}>} withdraw  a line is gone; `usable` if it only left the topics asked for
 * @fires {CustomEvent<{channel: string, status: Status, since: string | null}>} status  the connection changed; `since` as RFC 3339
 *
 * @slot - what is shown until the first lines have come, and for good where scripts do not run
 *
 * @csspart strip  all of it
 * @csspart label  the word in front
 * @csspart fallback  what the page put inside the element
 * @csspart none  the words where there is no line, or no such channel
 * @csspart viewport  the frame of the lines
 * @csspart track  the list of the lines
 * @csspart line  one line
 * @csspart time  when it was published
 * @csspart link  its source, text and mark, with its address where it has one
 * @csspart source  who says so
 * @csspart text  its words
 * @csspart mark  “Corrected”
 * @csspart status  “Not live since”
 * @csspart controls  the buttons
 * @csspart counter  how many new lines wait
 * @csspart announce  the button for what screen readers say
 * @csspart previous  the button for the line before
 * @csspart next  the button for the next line
 * @csspart pause  the button that holds the lines
 *
 * @cssprop [--ticker-height=44px]  of the element; a list has `320px`, one line at a time in a narrow place `148px`
 * @cssprop [--ticker-font=system-ui, sans-serif]  of everything
 * @cssprop [--ticker-font-size=15px]  of everything; in Arabic `17px`
 * @cssprop [--ticker-ground=light-dark(#fff, #101418)]  of the strip
 * @cssprop [--ticker-ink=light-dark(#14171a, #f1f3f5)]  of its text; borders and times are mixed from both
 * @cssprop [--ticker-signal=light-dark(#b3001b, #ff5a6a)]  of the label, and the mark of urgent lines
 * @cssprop [--ticker-on-signal=light-dark(#fff, #101418)]  of the word on the label
 * @cssprop [--ticker-notice=light-dark(#8a5a00, #ffc74d)]  of “Corrected” and “Not live since”
 * @cssprop [--ticker-color-scheme=inherit]  `light` or `dark`, where the page says nothing or something else
 */
export declare class BreakingTickerElement extends /** @type {new () => Mirrored} */ /** @type {new () => Mirrored} */ BreakingTickerElement_base {
    #private;
    static observedAttributes: string[];
    constructor();
    connectedCallback(): void;
    disconnectedCallback(): Promise<void>;
    attributeChangedCallback(): void;
    /** Whether the lines stand still. */
    get paused(): boolean;
    set paused(paused: boolean);
    /** The lines shown now, in order. @returns {readonly Readonly<Line>[]} */
    get lines(): readonly Readonly<Line>[];
    /** How the connection stands. @returns {Status} */
    get status(): Status;
    /** When live was lost, or null while it is not. @returns {Date | null} */
    get since(): Date | null;
    /** Holds the lines still; new ones wait to be shown, corrections and withdrawals do not. */
    pause(): void;
    /** Goes on, with the newest lines. */
    resume(): void;
    /** Connects anew, without waiting for the next try. */
    reconnect(): void;
}
export {};
