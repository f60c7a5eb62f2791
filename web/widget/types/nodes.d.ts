/** Elements from names, properties and children. Text goes in as text nodes: there is no way for markup. */
/**
 * Writes properties where they differ.
 * @template {object} T
 * @param {T} node
 * @param {Partial<T>} properties
 */
export declare function put<T extends object>(node: T, properties: Partial<T>): T;
/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} part  its name for `::part()`
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export declare function element<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, part: string, ...children: (Node | string)[]): HTMLElementTagNameMap[Tag];
