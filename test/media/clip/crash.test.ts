import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sha256Of, type ClipManifest } from '../../../nodes/lib/clip/manifest';
import type { Segment } from '../../../nodes/lib/recording/segment';
import type { ClipProcessTask } from '../../support/footage/clip-process';
import { recordSegments } from '../../support/footage/footage';
import { temporaryDirectory } from '../../support/flow';

const SCRIPT = resolve('test/support/footage/clip-process.ts');

let footage: string;
let segments: readonly Segment[];

/** Runs the process until it prints a state, and kills it then and there. */
async function runUntil(state: string, task: ClipProcessTask, waitMs = 0): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    assert.ok(!line.startsWith('failed'), line);
    if (line === state) break;
  }
  await delay(waitMs);
  child.kill('SIGKILL');
  await ended;
}

describe('a clip job after kill -9', () => {
  before(async () => {
    footage = await mkdtemp(join(tmpdir(), 'v2x-footage-'));
    segments = await recordSegments(footage, { start: 1_700_000_000, seconds: 16, segmentSeconds: 2 });
  });
  after(() => rm(footage, { recursive: true }));

  // While it waits the window is not over yet; afterwards all segments are there.
  for (const [state, waitMs, seen] of [
    ['queued', 0, 3],
    ['waiting', 0, 3],
    ['cutting', 0, 8],
    ['cutting', 150, 8],
    ['cutting', 300, 8],
    ['cutting', 450, 8],
    ['finished', 0, 8],
  ] as const) {
    it(`gives one whole clip when killed ${waitMs} ms after "${state}"`, async (t) => {
      const archive = await temporaryDirectory(t);
      const t0 = seen === 8 ? 1_700_000_008 : Date.now() / 1000;
      const at = t0 - 1_700_000_008;
      const shifted = segments.map((segment) => ({
        ...segment,
        from: segment.from + at,
        to: segment.to + at,
      }));
      const request = { id: 'crash', t0, pre: 4, post: 4, event: { type: 'collision' } };
      const jobs = join(archive, '.jobs', 'node');
      const task = { footage, archive, jobs, segments: shifted.slice(0, seen), request };
      await runUntil(state, task, waitMs);

      await runUntil('finished', { ...task, segments: shifted });

      const names = (await readdir(archive)).filter((name) => name.startsWith('accident_')).sort();
      const base = `accident_${Math.floor(t0)}`;
      assert.deepEqual(names, [`${base}.jpg`, `${base}.json`, `${base}.mp4`]);
      const manifest = JSON.parse(await readFile(join(archive, `${base}.json`), 'utf8')) as ClipManifest;
      assert.equal(manifest.sha256, await sha256Of(join(archive, `${base}.mp4`)));
      assert.equal(Math.round(manifest.duration_s), 8);
    });
  }
});
