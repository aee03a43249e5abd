// Builds nodes/** into dist/**: runtime by tsc, editor scripts and dialogs into each node's html, icons copied, each
// catalogue with the texts that all dialogs share, the detector's pixel work to WebAssembly, the command line bundled,
// the schemas published.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';
import { writeOutRows } from './dialog.mjs';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
process.chdir(root);

const SHARED = new Set(['lib', 'editor']);
const types = readdirSync('nodes', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !SHARED.has(entry.name))
  .map((entry) => entry.name);

function removeStaleOutput() {
  if (!existsSync('dist')) return;
  const files = ['.tsbuildinfo', 'contracts.js', 'contracts.d.ts', 'event.schema.json', 'alert.schema.json'];
  const known = new Set([...types, 'lib', 'cli', ...files]);
  for (const name of readdirSync('dist'))
    if (!known.has(name)) rmSync(join('dist', name), { recursive: true });
  for (const type of types) {
    for (const asset of ['locales', 'icons'])
      rmSync(join('dist', type, asset), { recursive: true, force: true });
  }
}

function compile() {
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}

/** One html per node: its editor script (registerType with a literal definition) and its dialog. */
async function buildEditor(type) {
  const result = await build({
    entryPoints: [join('nodes', type, `${type}.editor.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
  });
  const html = readFileSync(join('nodes', type, `${type}.html`), 'utf8');
  const script = result.outputFiles[0].text;
  mkdirSync(join('dist', type), { recursive: true });
  writeFileSync(
    join('dist', type, `${type}.html`),
    `<script type="text/javascript">\n${script}</script>\n\n${writeOutRows(html, type, isConfig(script), settingsOf(type))}`,
  );
  for (const asset of ['locales', 'icons']) {
    const from = join('nodes', type, asset);
    if (existsSync(from)) cpSync(from, join('dist', type, asset), { recursive: true });
  }
  addSharedTexts(type);
  fillInTexts(type);
}

/** `{{pre.fallback}}` in help and tips stands for what the node's table of settings says. */
function fillInTexts(type) {
  const settings = settingsOf(type);
  for (const language of readdirSync(join('dist', type, 'locales')))
    for (const extension of ['html', 'json']) {
      const file = join('dist', type, 'locales', language, `${type}.${extension}`);
      const text = readFileSync(file, 'utf8');
      const filled = text.replaceAll(/\{\{(\w+)\.(\w+)\}\}/g, (_, name, field) =>
        String(settings[name][field]),
      );
      if (filled !== text) writeFileSync(file, filled);
    }
}

/** The node's table of settings, as `compile` has just built it. */
function settingsOf(type) {
  const path = join(root, 'dist', type, 'settings.js');
  return existsSync(path) ? (require(path).SETTINGS ?? {}) : {};
}

function isConfig(script) {
  return /\bcategory: "config"/.test(script);
}

/** Node-RED looks texts up in the catalogue of the node that asks, so each one has those of all dialogs too. */
function addSharedTexts(type) {
  for (const file of readdirSync(join('nodes', 'editor', 'locales'))) {
    const own = join('dist', type, 'locales', file.replace('.json', ''), `${type}.json`);
    const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
    const texts = { ...read(own), ...read(join('nodes', 'editor', 'locales', file)) };
    writeFileSync(own, `${JSON.stringify(texts, null, 2)}\n`);
  }
}

/** The detector's pixel work: AssemblyScript to WebAssembly. */
async function buildWasm() {
  const source = 'nodes/lib/detection/engine/wasm/count.ts';
  const output = 'dist/lib/detection/engine/wasm/count.wasm';
  mkdirSync(dirname(output), { recursive: true });
  const { error, stderr } = await asc.main([
    ...[source, '--outFile', output, '-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'],
  ]);
  if (error) throw new Error(`${source}: ${stderr.toString()}`);
}

async function buildCli() {
  if (!existsSync('cli/v2x.ts')) return;
  await build({
    entryPoints: ['cli/v2x.ts'],
    outfile: 'dist/cli/v2x.js',
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    banner: { js: '#!/usr/bin/env node' },
  });
  chmodSync('dist/cli/v2x.js', 0o755);
}

function publishSchemas() {
  const { eventSchema } = require('../dist/lib/event/schema.js');
  const { alertSchema } = require('../dist/lib/alert/schema.js');
  writeFileSync('dist/event.schema.json', JSON.stringify(eventSchema, null, 2) + '\n');
  writeFileSync('dist/alert.schema.json', JSON.stringify(alertSchema, null, 2) + '\n');
}

/** Written last; build-if-stale.mjs reads off it when the build began: what changed meanwhile may not be in it. */
function stamp(began) {
  utimesSync('dist/alert.schema.json', began, began);
}

const began = new Date();
rmSync('dist/alert.schema.json', { force: true });
removeStaleOutput();
compile();
await Promise.all(types.map(buildEditor));
await buildWasm();
await buildCli();
publishSchemas();
stamp(began);
