// What each script of a build imports at once, by way of others too: a page names it all, so that the browser need not find it script by script.
import fs from "node:fs";
import path from "node:path";

/** Writes imports.json into `out`: of each entry point the names of what it imports, from esbuild's metafile. */
export function tellImports(out, { outputs }) {
  const atOnce = (file) => outputs[file].imports.filter(({ kind, external }) => kind === "import-statement" && !external).map((one) => one.path);
  const all = (file, found = new Set()) => {
    for (const one of atOnce(file)) if (!found.has(one)) all(one, found.add(one));
    return [...found];
  };
  const entries = Object.keys(outputs).filter((file) => outputs[file].entryPoint && file.endsWith(".js"));
  const told = Object.fromEntries(entries.map((file) => [path.basename(file), all(file).map((one) => path.basename(one))]));
  fs.writeFileSync(path.join(out, "imports.json"), JSON.stringify(told));
}
