// Runs the unit tests of the viewer's plain functions under Node's own runner; what needs a browser is in tests/e2e.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = path.join(path.dirname(fileURLToPath(import.meta.url)), 'tests');
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'viewer-tests-'));
try {
  const entryPoints = fs.readdirSync(here).filter((name) => name.endsWith('.test.ts')).map((name) => path.join(here, name));
  await esbuild.build({ entryPoints, outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' });
  const built = fs.readdirSync(out).filter((name) => name.endsWith('.test.mjs')).map((name) => path.join(out, name));
  process.exitCode = spawnSync(process.execPath, ['--test', ...built], { stdio: 'inherit' }).status ?? 1;
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}
