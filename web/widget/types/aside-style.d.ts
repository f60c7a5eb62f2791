export declare const sheet: CSSStyleSheet;
