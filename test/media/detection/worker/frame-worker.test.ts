import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { newEngine } from '../../../../nodes/lib/detection/engine/engines';
import {
  processHost,
  startHost,
  threadHost,
  type EngineHost,
} from '../../../../nodes/lib/detection/worker/engine-host';
import type { Frame } from '../../../../nodes/lib/detection/frames/frame';
import { FrameWorker } from '../../../../nodes/lib/detection/worker/frame-worker';
import type { FrameRequest } from '../../../../nodes/lib/detection/worker/protocol';
import { SEED_SETTINGS } from '../../../../nodes/lib/detection/rules/default-settings';
import { atEnd } from '../../../support/at-end';
import { BINDINGS, withoutBindings } from '../engine/opencv-bindings';
import { GRAY, picture, RED } from '../../../unit/detection/pictures';

/** A request with its own copy of a frame. */
const request = ({ data, ...size }: Frame, generation = 0): FrameRequest => ({
  ...size,
  channels: 3,
  data: data.slice(),
  time: 0,
  generation,
});
const SETTINGS = { engine: 'builtin', rules: { mode: 'seed', ...SEED_SETTINGS } } as const;
const gray = picture(32, 18, () => GRAY);
const half = picture(32, 18, (x) => (x < 16 ? RED : [250, 250, 250]));

describe('FrameWorker', () => {
  it('counts in its thread what the engine counts, in order', async (t) => {
    const worker = new FrameWorker(SETTINGS);
    atEnd(t, () => worker.end());
    const engine = newEngine('builtin');
    const frames = [gray, half, gray, gray];

    const seen = frames.map((frame) => worker.analyse(request(frame)));
    assert.equal(worker.pending, 4);

    assert.deepEqual(
      (await Promise.all(seen)).map(({ counts }) => counts),
      frames.map((frame) => engine.count(frame)),
    );
    assert.equal(worker.pending, 0);
  });

  it('takes the frame over without copying it', async (t) => {
    const worker = new FrameWorker(SETTINGS);
    atEnd(t, () => worker.end());
    const frame = request(gray);
    const seen = worker.analyse(frame);
    assert.equal(frame.data.length, 0);
    await seen;
  });

  it('resets the rules with another generation, and says which one answered', async (t) => {
    const worker = new FrameWorker({
      engine: 'builtin',
      rules: { mode: 'seed', ...SEED_SETTINGS, fireFrames: 2 },
    });
    atEnd(t, () => worker.end());
    const found: string[] = [];
    for (const generation of [0, 1, 1, 1]) {
      const { verdict, generation: answered } = await worker.analyse(request(half, generation));
      found.push(`${answered}: ${verdict.incidents.map(({ type }) => type).join()}`);
    }
    assert.deepEqual(found, ['0: ', '1: ', '1: fire', '1: ']);
  });

  it('starts a new stream after its end', async (t) => {
    const worker = new FrameWorker(SETTINGS);
    atEnd(t, () => worker.end());
    const last = worker.analyse(request(gray));
    await worker.end();
    assert.equal((await last).counts.red, 0);
    assert.equal((await worker.analyse(request(gray))).counts.moving, undefined);
  });

  it('tells which frames a dying thread took with it, and goes on with a new one', async (t) => {
    const crashing =
      "require('node:worker_threads').parentPort.once('message', () => { throw new Error('boom'); })";
    const threads = [
      crashing,
      "require('node:worker_threads').parentPort.on('message', () => process.exit(3))",
    ];
    const echo =
      "const { parentPort } = require('node:worker_threads'); parentPort.on('message', ({ width }) => parentPort.postMessage({ counts: { pixels: width } }))";
    const worker = new FrameWorker(SETTINGS, () =>
      threadHost(new Worker(threads.shift() ?? echo, { eval: true })),
    );
    atEnd(t, () => worker.end());

    await assert.rejects(worker.analyse(request(gray)), { code: 'worker', message: /thread ended \(boom\)/ });
    await assert.rejects(worker.analyse(request(gray)), { code: 'worker', message: /exit code 3/ });
    assert.equal((await worker.analyse(request(gray))).counts.pixels, 32);
  });

  it('has OpenCV count in a process of its own, which may die', { skip: withoutBindings }, async (t) => {
    const nodePath = process.env.NODE_PATH;
    process.env.NODE_PATH = join(BINDINGS, 'node_modules');
    atEnd(t, () => {
      process.env.NODE_PATH = nodePath ?? '';
    });
    const hosts: EngineHost[] = [];
    const worker = new FrameWorker({ ...SETTINGS, engine: 'opencv' }, (settings) => {
      hosts.push(startHost(settings));
      return hosts[hosts.length - 1];
    });
    atEnd(t, () => worker.end());
    const frames = [gray, half, gray];
    const seen = await Promise.all(frames.map((frame) => worker.analyse(request(frame))));
    const engine = newEngine('builtin');
    assert.deepEqual(
      seen.map(({ counts, engine: name }) => ({ counts, name })),
      frames.map((frame) => ({ counts: engine.count(frame), name: 'opencv' })),
    );

    const dying = hosts[0].end();
    await assert.rejects(worker.analyse(request(half)), { code: 'worker', message: /SIGKILL/ });
    await dying;
    assert.equal((await worker.analyse(request(gray))).counts.moving, undefined);
  });

  it('tells why there is no OpenCV', async (t) => {
    const worker = new FrameWorker({ ...SETTINGS, engine: 'opencv' });
    atEnd(t, () => worker.end());
    await assert.rejects(worker.analyse(request(gray)), { code: 'engine', message: /neither is installed/ });
  });
});

describe('the host of a process', () => {
  it('ends when the process could not be started', async () => {
    const child = spawn('/nowhere/node', { stdio: 'ignore' });
    const host = processHost(child);
    const ended = new Promise<string>((resolve) => {
      host.onEnd(resolve);
    });
    await host.end();
    assert.match(await ended, /ENOENT/);
  });
});
