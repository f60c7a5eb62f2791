/** The manifest tells what a page may use: private members are left out. */
const open = (/** @type {{privacy?: string}} */ { privacy }) => privacy !== "private";

export default {
  packagejson: false, // package.json is ours to write
  plugins: [
    {
      name: "public-members",
      packageLinkPhase({ customElementsManifest }) {
        for (const { declarations } of customElementsManifest.modules) {
          for (const declaration of declarations ?? []) declaration.members = declaration.members?.filter(open);
        }
      },
    },
  ],
};
