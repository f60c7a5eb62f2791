/**
 * The lines that a viewer shows, from the messages that it gets. It knows no DOM and no clock.
 *
 * What it keeps true: a version that was replaced or withdrawn never comes back, whatever the order of messages; a
 * snapshot alone starts from nothing, since it may be of another, older history. It holds more lines than it shows, so
 * that a withdrawal leaves no hole. What is not of the shape that the protocol tells is ignored, field by field.
 */
export type Line = {
    id: string;
    version: number;
    text: string;
    source?: string;
    /**
     * 1 flash, 2 urgent, 3 breaking, 5 update
     */
    urgency: number;
    /**
     * what was wrong
     */
    correction?: string;
    topics: readonly string[];
    url?: string;
    pinned: boolean;
    /**
     * ms since 1970
     */
    published: number;
    /**
     * ms since 1970
     */
    updated: number;
    /**
     * ms since 1970, Infinity if never
     */
    expires: number;
};
export type Message = {
    type: string;
    [member: string]: any;
};
export type Change = {
    type: "publish" | "correct";
    line: Line;
    before: Line | undefined;
} | {
    type: "withdraw";
    id: string;
    version: number;
    status: string;
} | {
    type: "snapshot";
};
export declare class Lines {
    #private;
    limit: number;
    /** ms that the server's clock is ahead of the local one. */
    offset: number;
    /** @param {number} limit  how many lines to hold at most */
    constructor(limit: number);
    /**
     * Takes a message in.
     * @param {Message} message
     * @param {number} clock  ms since 1970 by the local clock
     * @returns {Change | null}  null if nothing changed
     */
    apply(message: Message, clock: number): Change | null;
    /**
     * All lines held that have not expired, in order.
     * @param {number} clock  ms since 1970 by the local clock
     * @returns {Line[]}
     */
    at(clock: number): Line[];
}
