// Builds the front end into static/build (never committed): styles, page scripts, icons, font and, when present, the viewer.
import * as esbuild from "esbuild";
import * as sass from "sass";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { tellImports } from "./imports.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const out = path.join(here, "build");
const started = Date.now();

// Bootstrap 5 still uses Sass's @import; its own deprecation notices are not ours to act on.
const scss = {
  name: "scss",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, (args) => {
      const { css, loadedUrls } = sass.compile(args.path, {
        loadPaths: [path.join(root, "node_modules")],
        quietDeps: true,
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      });
      return { contents: css, loader: "css", watchFiles: loadedUrls.map((url) => fileURLToPath(url)) };
    });
  },
};

const common = {
  bundle: true,
  minify: true,
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  logLevel: "warning",
  legalComments: "none",
};

function symbol(id, svg) {
  const inner = svg.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s+/g, " ").trim();
  const box = svg.match(/viewBox="([^"]+)"/)[1];
  return `<symbol id="${id}" viewBox="${box}">${inner}</symbol>`;
}

// One sprite: the Lucide icons named in icons.txt, and our own drawings (state rings, logo) from icons/.
function buildIcons() {
  const names = fs.readFileSync(path.join(here, "icons.txt"), "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  const lucide = names.map((name) => symbol(name, fs.readFileSync(path.join(root, "node_modules/lucide-static/icons", `${name}.svg`), "utf8")));
  const own = fs.readdirSync(path.join(here, "icons")).sort().map((file) => symbol(path.parse(file).name, fs.readFileSync(path.join(here, "icons", file), "utf8")));
  fs.writeFileSync(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${[...lucide, ...own].join("")}</svg>\n`);
}

const styles = {
  ...common,
  entryPoints: { app: path.join(here, "css/app.css"), print: path.join(here, "css/print.css") },
  outdir: out,
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  plugins: [scss],
};

const scripts = {
  ...common,
  entryPoints: { app: path.join(here, "js/app.ts") },
  outdir: out,
  format: "esm",
  splitting: true,
  metafile: true,
  chunkNames: "chunk-[name]-[hash]",
};

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
buildIcons();
fs.copyFileSync(path.join(here, "icons/logo.svg"), path.join(out, "favicon.svg"));

if (process.argv.includes("--watch")) {
  for (const options of [styles, scripts]) await (await esbuild.context(options)).watch();
  console.log("watching static/css and static/js");
} else {
  const [, { metafile }] = await Promise.all([esbuild.build(styles), esbuild.build(scripts)]);
  tellImports(out, metafile);
  // The viewer keeps its own build: `export default async function build(outDir)`, into static/build/viewer.
  const viewer = path.join(here, "viewer/build.mjs");
  if (fs.existsSync(viewer)) await (await import(pathToFileURL(viewer).href)).default(path.join(out, "viewer"));
  console.log(`front end built in ${Date.now() - started} ms`);
}
