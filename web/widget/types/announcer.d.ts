/** Whether this is the first time on the page. @param {string} what */
export declare function first(what: string): boolean;
export declare function announcerOf(): {
    node: HTMLDivElement;
    say: (textContent: string, urgent?: boolean, id?: string) => void;
    hush: (id?: string) => void;
    /** Says a new line, or counts it. @param {import("./lines.js").Line} line @param {boolean} all @param {import("./words.js").Words} words */
    tell({ id, urgency, source, text }: import("./lines.js").Line, all: boolean, { label, colon }: import("./words.js").Words): void;
    /** A second has gone by. @param {import("./words.js").Voice} voice */
    tick(voice: import("./words.js").Voice): void;
};
