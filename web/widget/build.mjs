/**
 * Builds what a server hands out and what the package carries beside its sources:
 *
 *   dist/widget.js               the core, for /widget.js: it defines the tag when it is loaded
 *   dist/<version>.NAME.HASH.js  what it loads later, from one folder deeper
 *   dist/<version>.js            all of it in one file, for pages that want these bytes and no others
 *   dist/*.js.br                 the same, compressed as tightly as Brotli can
 *   types/*.d.ts, custom-elements.json
 *
 * `node build.mjs` writes; `node build.mjs --check` builds elsewhere, and says what differs and which script is too big.
 * Files of other versions are left alone: pages that name a version, with its hash, go on working. Those of this one are replaced:
 * what is loaded later has a hash in its name, so that no core ever meets what a browser kept of another build.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { build, transform } from "esbuild";

const HERE = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));

/** Bytes of Brotli that scripts may take, by how their names begin. */
const MOST = { "widget.js": 6144, [`${version}.aside.`]: 6656, [`${version}.js`]: 13_568 };

/**
 * What the minifier of scripts leaves as it is: style sheets, which are template literals behind a comment that says css, and
 * numbers with a name, in a file that imports.
 */
const literals = {
  name: "literals",
  setup({ onLoad }) {
    onLoad({ filter: /src\/[^/]*\.js$/ }, async ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [literal, sheet] of [...contents.matchAll(/\/\* css \*\/ `((?:[^`\\$]|\\.)*)`/g)]) {
        const source = sheet.replace(/\\(.)/g, "$1"); // as JavaScript reads the literal
        const { code } = await transform(source, { loader: "css", minify: true, charset: "utf8" });
        contents = contents.replace(literal, () => JSON.stringify(code.trim()));
      }
      for (const [, name, number] of [...contents.matchAll(/^const ([A-Z_]+) = ([\d_]+);/gm)]) {
        contents = contents.replaceAll(new RegExp(`(?<!const )\\b${name}\\b`, "g"), number);
      }
      return { contents };
    });
  },
};

/** Scripts by name, as text, of what begins with a name and is one file or several. */
async function scripts(name, splitting) {
  const { outputFiles } = await build({
    absWorkingDir: HERE,
    entryPoints: { [name]: "src/define.js" },
    outdir: "dist",
    chunkNames: `${version}.[name].[hash]`,
    bundle: true,
    splitting,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    charset: "utf8",
    plugins: [literals],
    write: false,
  });
  return outputFiles.map(({ path, text }) => [relative(join(HERE, "dist"), path), text.replaceAll(`"./${version}.`, `"./widget/${version}.`)]);
}

/** Runs a tool that npm installed. */
function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(join(HERE, "node_modules/.bin", command), args, { cwd: HERE, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`);
}

/** Builds everything into a folder. */
async function write(folder) {
  mkdirSync(join(folder, "dist"), { recursive: true });
  const old = readdirSync(join(folder, "dist")).filter((name) => name.startsWith(`${version}.`) || name.startsWith("widget.js"));
  for (const name of old) rmSync(join(folder, "dist", name));
  for (const [name, text] of [...(await scripts("widget", true)), ...(await scripts(version, false))]) {
    writeFileSync(join(folder, "dist", name), text);
    writeFileSync(join(folder, "dist", `${name}.br`), brotli(text));
  }
  rmSync(join(folder, "types"), { recursive: true, force: true });
  run("tsc", "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", join(folder, "types"));
  const element = ["src/breaking-ticker-element.js", "src/define.js"];
  run("cem", "analyze", "--quiet", ...element.flatMap((glob) => ["--globs", glob]), "--outdir", relative(HERE, folder) || ".");
}

const brotli = (text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });

/** All that was built for this version, by path; Brotli as what it says, since other libraries may compress otherwise. */
function built(folder) {
  const dist = readdirSync(join(folder, "dist")).filter((name) => name.startsWith(`${version}.`) || name.startsWith("widget.js"));
  const types = existsSync(join(folder, "types")) ? readdirSync(join(folder, "types")) : [];
  const names = [...dist.map((name) => `dist/${name}`), ...types.map((name) => `types/${name}`), "custom-elements.json"];
  return new Map(names.map((name) => [name, content(join(folder, name))]));
}

function content(path) {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  return (path.endsWith(".br") ? brotliDecompressSync(bytes) : bytes).toString();
}

/** What is wrong with the committed files. */
function complaints(fresh) {
  const [wanted, found] = [built(fresh), built(HERE)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])];
  const stale = names.filter((name) => wanted.get(name) !== found.get(name));
  return [
    ...stale.map((name) => `web/widget/${name} is not what its sources make: make widget`),
    ...Object.entries(MOST).flatMap(([start, most]) => {
      const [path, size] = sizes(wanted).find(([path]) => path.startsWith(`web/widget/dist/${start}`));
      return size > most ? [`${path} takes ${size} bytes of Brotli, ${size - most} too many`] : [];
    }),
  ];
}

/** Scripts by path, each with its bytes of Brotli. */
function sizes(files) {
  const scripts = [...files].filter(([path]) => path.startsWith("dist/") && path.endsWith(".js"));
  return scripts.map(([path, text]) => [`web/widget/${path}`, brotli(text).length]);
}

if (process.argv.includes("--check")) {
  const fresh = mkdtempSync(join(tmpdir(), "widget-"));
  try {
    await write(fresh);
    const wrong = complaints(fresh);
    for (const line of wrong) console.error(line);
    process.exitCode = wrong.length ? 1 : 0;
  } finally {
    rmSync(fresh, { recursive: true });
  }
} else {
  await write(HERE);
}
for (const [path, size] of sizes(built(HERE))) console.log(`${path}: ${size} bytes of Brotli`);
