/**
 * Builds what a server hands out and what the package carries beside its sources:
 *
 *   dist/widget.js             the core, for /widget.js: it defines the tag when it is loaded
 *   dist/<version>.NAME.js     what it loads later, from one folder deeper
 *   dist/<version>.js          all of it in one file, for pages that want these bytes and no others
 *   dist/*.js.br               the same, compressed as tightly as Brotli can
 *   types/*.d.ts, custom-elements.json
 *
 * `node build.mjs` writes; `node build.mjs --check` builds elsewhere, and says what differs and whether the core is too big.
 * Files of other versions are left alone: pages that name a version, with its hash, go on working.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { build, transform } from "esbuild";

const HERE = import.meta.dirname;
const CORE_MOST = 6144; // bytes of Brotli
const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));

/** Style sheets are template literals behind a comment that says css; the minifier of scripts leaves them as they are. */
const css = {
  name: "css",
  setup({ onLoad }) {
    onLoad({ filter: /src\/[^/]*\.js$/ }, async ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [literal, sheet] of [...contents.matchAll(/\/\* css \*\/ `((?:[^`\\$]|\\.)*)`/g)]) {
        const source = sheet.replace(/\\(.)/g, "$1"); // as JavaScript reads the literal
        const { code } = await transform(source, { loader: "css", minify: true, charset: "utf8" });
        contents = contents.replace(literal, () => JSON.stringify(code.trim()));
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
    chunkNames: `${version}.[name]`,
    bundle: true,
    splitting,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    charset: "utf8",
    plugins: [css],
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
  const size = brotli(wanted.get("dist/widget.js")).length;
  return [
    ...stale.map((name) => `web/widget/${name} is not what its sources make: make widget`),
    ...(size > CORE_MOST ? [`the core takes ${size} bytes of Brotli, ${size - CORE_MOST} too many`] : []),
  ];
}

function tellSizes() {
  for (const [path, text] of built(HERE)) {
    if (path.startsWith("dist/") && path.endsWith(".js")) console.log(`web/widget/${path}: ${brotli(text).length} bytes of Brotli`);
  }
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
tellSizes();
