export type Line = import("./lines.js").Line;
export type Change = import("./lines.js").Change;
export type Mirrored = HTMLElement & import("./attributes.js").Attributes;
declare const BreakingTickerElement_base: new () => Mirrored;
/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("./lines.js").Change} Change */
/** @typedef {HTMLElement & import("./attributes.js").Attributes} Mirrored */
export declare class BreakingTickerElement extends /** @type {new () => Mirrored} */ /** @type {new () => Mirrored} */ BreakingTickerElement_base {
    #private;
    static observedAttributes: string[];
    constructor();
    connectedCallback(): void;
    disconnectedCallback(): Promise<void>;
    attributeChangedCallback(): void;
    get paused(): boolean;
    set paused(paused: boolean);
    /** The lines shown now, in order. @returns {readonly Line[]} */
    get lines(): readonly Line[];
    /** @returns {import("./connection.js").Status} */
    get status(): import("./connection.js").Status;
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
