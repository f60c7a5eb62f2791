/**
 * The manifest tells what a page may use, and that has a description; private members and what the analyzer only guesses are
 * left out. A property mirrors each attribute, and a getter's type is the property's.
 */
const told = (/** @type {{privacy?: string, description?: string}} */ { privacy, description }) => description && privacy !== "private";

/** @param {any} element */
function complete(element) {
  const members = element.members.filter(told);
  for (const attribute of element.attributes) {
    const { name } = attribute;
    attribute.fieldName = name;
    const known = members.find((/** @type {{name: string}} */ member) => member.name === name);
    const mirror = { ...attribute, ...known, kind: "field", attribute: name, reflects: true };
    delete mirror.fieldName;
    if (known) Object.assign(known, mirror);
    else members.push(mirror);
  }
  for (const member of members.filter((/** @type {any} */ { kind, return: gives }) => kind === "field" && gives)) {
    member.type = member.return.type;
    delete member.return;
  }
  element.members = members;
  element.events = element.events.filter(told);
  element.superclass = { name: "HTMLElement" }; // the analyzer does not see it behind a type
}

export default {
  packagejson: false, // package.json is ours to write
  plugins: [
    {
      name: "what-a-page-may-use",
      packageLinkPhase({ customElementsManifest }) {
        const declarations = customElementsManifest.modules.flatMap((/** @type {any} */ { declarations }) => declarations ?? []);
        for (const declaration of declarations) if (declaration.customElement) complete(declaration);
      },
    },
  ],
};
