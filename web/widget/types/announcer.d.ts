/** @param {import("./aside.js").Tools} tools */
export declare function announcerOf({ element }: import("./aside.js").Tools): {
    node: HTMLDivElement;
    say: (text: string, urgent?: boolean, id?: string) => void;
    hush: (id?: string) => void;
    /** Says a new line, or counts it. @param {import("./lines.js").Line} line @param {boolean} all @param {import("./words.js").Words} words */
    tell({ id, urgency, source, text }: import("./lines.js").Line, all: boolean, { label, colon }: import("./words.js").Words): void;
    /** A second has gone by. @param {string} language */
    tick(language: string): void;
};
