/** Elements from names, attributes and children. Text goes in as text nodes: there is no way for markup. */
/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export declare function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes?: Record<string, string>, ...children: (Node | string)[]): HTMLElementTagNameMap[Tag];
/** Writes a text where it differs, and says whether it did. @param {Node} node @param {string} text */
export declare function put(node: Node, text: string): boolean;
/** Writes an attribute where it differs. @param {Element} node @param {string} name @param {string} value */
export declare function mark(node: Element, name: string, value: string): void;
/** An icon of 16 × 16 from one path. @param {string} path @param {string} name  its class */
export declare function icon(path: string, name: string): SVGSVGElement;
