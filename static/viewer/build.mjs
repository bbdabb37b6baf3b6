// Builds the viewer into one folder: the page script, its style, two module workers and the codecs' WebAssembly.
// Every address inside is relative, so the folder can stand anywhere under STATIC_URL.
import * as esbuild from 'esbuild';
import { tellImports } from '../imports.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const modules = path.resolve(here, '../../node_modules');

// Emscripten's loaders name these for Node; a browser never calls them.
const nodeOnly = {
  name: 'node-only',
  setup(build) {
    build.onResolve({ filter: /^(fs|path|url|crypto|module|worker_threads|node:.*)$/ }, (args) => ({ path: args.path, namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};', loader: 'js' }));
  },
};

// Only vtk.js's readers of XML geometry want the first; it draws with WebGL; and the colours of pictures are our own.
const UNUSED = [
  [/^xmlbuilder2$/, 'export const create = undefined, convert = undefined, fragment = undefined;'],
  [/\/WebGPU\/Profiles\/\w+\.js$/, ''],
  [/\/ColorMaps\.json\.js$/, 'export default [];'],
];
const unused = {
  name: 'unused',
  setup(build) {
    for (const [filter, contents] of UNUSED) build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'unused', pluginData: contents }));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ pluginData }) => ({ contents: pluginData }));
  },
};

// Of dcmjs the pictures' library uses the attributes that it names itself, the names of transfer syntaxes and a log. The whole is a fifth of
// the script.
const NAMING = path.join(modules, '@cornerstonejs/metadata/dist/esm');
const dcmjs = {
  name: 'dcmjs',
  setup(build) {
    build.onResolve({ filter: /^dcmjs$/ }, () => ({ path: 'dcmjs', namespace: 'dcmjs' }));
    build.onLoad({ filter: /.*/, namespace: 'dcmjs' }, () => ({ contents: littleDcmjs(), resolveDir: path.dirname(require.resolve('dcmjs')) }));
  },
};

function littleDcmjs() {
  const { constants, data } = require('dcmjs');
  const text = fs.readdirSync(NAMING, { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => fs.readFileSync(path.join(NAMING, name), 'utf8')).join();
  const entries = [...new Set(text.match(/\w+/g))].map((name) => data.DicomMetaDictionary.nameMap[name]).filter((entry) => entry?.tag);
  const named = entries.map(({ tag, name, vr, vm }) => ({ tag, name, vr, vm }));
  return `
    import log from 'loglevel';
    const named = ${JSON.stringify(named)};
    const nameMap = Object.fromEntries(named.map((entry) => [entry.name, entry]));
    const dictionary = Object.fromEntries(named.map((entry) => [entry.tag.replace(/\\W/g, ''), entry]));
    export { log };
    export const constants = ${JSON.stringify(constants)};
    export default { async: {}, data: { DicomMetaDictionary: { dictionary, nameMap } }, utilities: { DicomMetadataListener: class {} }, log, constants };`;
}

const DECODER = path.join(modules, '@cornerstonejs/dicom-image-loader/dist/esm/decodeImageFrameWorker.js');

// The worker's decoders, for a page that has no worker yet.
const decodeHere = {
  name: 'decode-here',
  setup(build) {
    build.onResolve({ filter: /^decode-here$/ }, () => ({ path: DECODER }));
  },
};

// `new URL('package/file', import.meta.url)` is for bundlers: point it at the copied codec or the built worker.
const relativeUrls = (out) => ({
  name: 'relative-urls',
  setup(build) {
    build.onLoad({ filter: /@cornerstonejs[\\/].*\.js$/ }, async (args) => {
      const text = await fs.promises.readFile(args.path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      return { contents: pointWorkers(pointCodecs(text, out)), loader: 'js' };
    });
  },
});

function pointCodecs(text, out) {
  return text.replace(/new URL\('(@cornerstonejs\/codec-[^']+)',\s*import\.meta\.url\)/g, (_, name) => {
    const file = require.resolve(name);
    fs.copyFileSync(file, path.join(out, 'codecs', path.basename(file)));
    return `new URL('./codecs/${path.basename(file)}', import.meta.url)`;
  });
}

function pointWorkers(text) {
  return text.replace(/new URL\('[^']*?([A-Za-z]+Worker\.js)',\s*import\.meta\.url\)/g, (_, name) => `new URL('./${name}', import.meta.url)`);
}

/** Build the viewer into `out` (a folder that is emptied first). */
export default async function buildViewer(out = path.resolve(here, '../build/viewer')) {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(path.join(out, 'codecs'), { recursive: true });
  const { metafile } = await esbuild.build({
    metafile: true,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    platform: 'browser',
    outdir: out,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    legalComments: 'linked',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    external: ['*.svg', '*.woff2'],
    plugins: [nodeOnly, unused, dcmjs, decodeHere, relativeUrls(out)],
    entryPoints: {
      early: path.join(here, 'src/datasource/early.ts'),
      waiting: path.join(here, 'src/datasource/waiting.ts'),
      viewer: path.join(here, 'src/main.ts'),
      light: path.join(here, 'src/light/main.ts'),
      decodeImageFrameWorker: DECODER,
      computeWorker: path.join(modules, '@cornerstonejs/tools/dist/esm/workers/computeWorker.js'),
      'viewer-page': path.join(here, 'viewer.css'),
      'light-page': path.join(here, 'light.css'),
    },
  });
  tellImports(out, metafile);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildViewer(process.argv[2]);
