export type Line = import("./lines.js").Line;
export declare class BreakingTickerElement extends HTMLElement {
    #private;
    static observedAttributes: string[];
    constructor();
    connectedCallback(): void;
    disconnectedCallback(): void;
    /** @param {string} name */
    attributeChangedCallback(name: string): void;
    get channel(): string;
    set channel(channel: string);
    get server(): string;
    set server(server: string);
    get max(): number;
    set max(max: number);
    get topics(): string;
    set topics(topics: string);
    get paused(): boolean;
    set paused(paused: boolean);
    /** The lines shown now, in order. @returns {readonly Line[]} */
    get lines(): readonly Line[];
    /** @returns {import("./connection.js").Status} */
    get status(): import("./connection.js").Status;
    /** When live was lost, or null while it is not. @returns {Date | null} */
    get since(): Date | null;
}
