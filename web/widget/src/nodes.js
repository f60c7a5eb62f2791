/** Elements from names, properties and children. Text goes in as text nodes: there is no way for markup. */

/**
 * Writes properties where they differ.
 * @template {object} T
 * @param {T} node
 * @param {Partial<T>} properties
 */
export function put(node, properties) {
  for (const name in properties) if (node[name] !== properties[name]) node[name] = /** @type {any} */ (properties[name]);
  return node;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} part  its name for `::part()`
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, part, ...children) {
  const node = document.createElement(tag);
  node.part.value = part;
  node.append(...children);
  return node;
}
