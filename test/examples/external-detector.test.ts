import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import eventDirIn from '../../nodes/event-dir-in/event-dir-in';
import eventDirOut from '../../nodes/event-dir-out/event-dir-out';
import type { NodeModule } from '../../nodes/lib/node-red/define-node';
import { atEnd } from '../support/at-end';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';
import { readFlow } from '../support/unit/package';

const run = promisify(execFile);

interface Event {
  readonly type: string;
  readonly ts: number;
}

/** How each language of the README is run: a file as written there, in a directory that holds `.v2x/events`. */
const RUN: Readonly<Record<string, { readonly file: string; readonly command: string }>> = {
  python: { file: 'detector.py', command: 'python3 detector.py' },
  sh: { file: 'detector.sh', command: 'sh detector.sh' },
  cpp: { file: 'detector.cpp', command: 'g++ -std=c++17 detector.cpp -o detector && ./detector' },
};

/** The programs in the README's section about detectors, by language. */
async function programsOfReadme(): Promise<Map<string, string>> {
  const readme = await readFile('README.md', 'utf8');
  const section = /^## Your own detector$([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  const blocks = section.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm);
  return new Map([...blocks].map(([, language, text]) => [language, text]));
}

async function watchEvents(directory: string) {
  await startFlow(
    [eventDirIn],
    [
      { id: 'in', type: 'event-dir-in', directory, wires: [['event'], ['rejected']] },
      { id: 'event', type: 'helper' },
      { id: 'rejected', type: 'helper' },
    ],
  );
  await probe('in').status(({ fill }) => fill === 'green');
  return outlet('event');
}

describe('programs in the README hand in an event', () => {
  afterEach(stopFlow);

  for (const [language, { file, command }] of Object.entries(RUN)) {
    const missing = language === 'cpp' && !existsSync('/usr/bin/g++') ? 'g++ is not installed' : false;
    it(language, { skip: missing }, async (t) => {
      const directory = await temporaryDirectory(t);
      const events = await watchEvents(join(directory, '.v2x', 'events'));
      const program = (await programsOfReadme()).get(language);
      assert.ok(program, `the README has no program in ${language}`);

      await writeFile(join(directory, file), program);
      await run('sh', ['-c', command], { cwd: directory });

      const { type, ts } = (await events.next()).payload as Event;
      assert.ok(['collision', 'fire', 'rollover', 'blockage'].includes(type), type);
      assert.ok(Math.abs(ts - Date.now() / 1000) < 60, `ts is ${ts}`);
    });
  }
});

/** Node-RED's own nodes that the example uses. */
const core = (path: string): NodeModule =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(`@node-red/nodes/core/${path}`) as NodeModule;
const CORE = [
  'common/20-inject.js',
  'common/90-comment.js',
  'function/10-switch.js',
  'function/90-exec.js',
  'parsers/70-JSON.js',
  'sequence/17-split.js',
];

/** Starts the example as it is shipped, with its debug nodes as outlets. */
async function startExample(t: TestContext) {
  const data = await temporaryDirectory(t);
  const before = process.env.V2X_DATA;
  process.env.V2X_DATA = data;
  atEnd(t, () => {
    if (before === undefined) delete process.env.V2X_DATA;
    else process.env.V2X_DATA = before;
  });
  await mkdir(join(data, 'events-external'));
  const flow = readFlow('examples/external-detector.json').map((node) =>
    node.type === 'debug' ? { ...node, type: 'helper' } : node,
  );
  await startFlow([eventDirIn, eventDirOut, ...CORE.map(core)], flow);
  await probe('ext-take').status(({ fill }) => fill === 'green');
  return outlet('ext-event');
}

describe('the example external-detector', () => {
  afterEach(stopFlow);

  it('brings an event from Python, a shell, and a program that prints lines', async (t) => {
    const events = await startExample(t);
    for (const [button, expected] of [
      ['ext-python-go', 'collision'],
      ['ext-shell-go', 'fire'],
      ['ext-program-go', 'blockage'],
    ] as const) {
      probe(button).node.receive({});
      assert.equal(((await events.next()).payload as Event).type, expected);
    }
  });
});
