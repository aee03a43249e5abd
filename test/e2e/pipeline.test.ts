import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '../../nodes/lib/time/clock';
import { probe } from '../../nodes/lib/ffmpeg/probe';
import type { Program } from '../support/process';
import {
  readBurntTime,
  rtspServerMissing,
  startRtspServer,
  type RtspServer,
} from '../support/camera/rtsp-server';
import { fileIn, missing, namesIn, RUNTIMES, Unit } from '../support/unit/unit';

const run = promisify(execFile);

/** Seconds before and after T0 that a clip keeps here. */
const PRE = 8;
const POST = 6;
/** Seconds between keyframes of the test camera. */
const GOP = 1;

/** Events of each kind; `npm run bench:alert` measures how fast alerts are. */
const DROPS = 5;

interface Manifest {
  readonly event: { readonly ts: number; readonly type: string };
  readonly t0_offset_s: number;
  readonly gaps: readonly unknown[];
  readonly method: string;
  readonly sha256: string;
}

for (const runtime of RUNTIMES) {
  describe(
    `from camera to vehicle and clip (${runtime.name})`,
    { skip: missing(runtime) || rtspServerMissing() },
    () => {
      let camera: RtspServer;
      let unit: Unit;
      let vehicle: Program;

      before(async () => {
        camera = await startRtspServer({ gopSeconds: GOP, audio: 'aac' });
        unit = await Unit.start(
          { V2X_CAMERA: camera.url, V2X_PRE: String(PRE), V2X_POST: String(POST) },
          { runtime },
        );
        vehicle = await unit.listen();
        // A closed segment means that at least its ten seconds lie behind: enough for the pre-roll.
        await fileIn(unit.directory('rec'), /^seg_\d+\.mp4$/);
      });

      after(async () => {
        await vehicle.stop('SIGINT');
        await unit.stop();
        await camera.stop();
      });

      /** Has an event of this type dropped: ms from the drop to the vehicle's line. */
      async function emit(type: string, ...options: string[]): Promise<number> {
        const since = vehicle.lines.length;
        const emitted = unit.cli('emit', '--type', type, ...options);
        const received = await vehicle.line(new RegExp(`^\\[RECV\\] .*\\b${type}\\b`), since);
        assert.equal(await emitted.exit(), 0, emitted.output);
        return received.at - Number(new RegExp(`(\\d{13})-${type}`).exec(emitted.output)?.[1]);
      }

      it('warns of what `v2x emit` drops, and keeps the clip', async (t) => {
        const delays = [await emit('collision', '--clip-hint', '--lat', '37.39', '--lon', '126.64')];
        while (delays.length < DROPS) delays.push(await emit('rollover', '--no-clip-hint'));
        t.diagnostic(`drop to [RECV]: ${delays.join(', ')} ms`);
        await checkClip(unit, 'collision');
      });

      it("takes the seed's Python one-liner just the same", async (t) => {
        const program =
          'import json,pathlib,sys; pathlib.Path(sys.argv[1]).write_text(json.dumps(json.loads(sys.argv[2])))';
        const delays: number[] = [];
        for (let drop = 0; drop < DROPS; drop++) {
          const ts = Date.now() / 1000;
          const event = { ts, type: 'fire', severity: 'high', road: `Road ${drop}`, clip_hint: drop === 0 };
          const path = join(unit.directory('events'), `evt_python${drop}.json`);
          const since = vehicle.lines.length;
          await run('/usr/bin/python3', ['-c', program, path, JSON.stringify(event)]);
          const written = (await stat(unit.directory('events'))).mtimeMs;
          delays.push((await vehicle.line(/^\[RECV\] .*\bfire\b/, since)).at - written);
        }
        t.diagnostic(`drop to [RECV]: ${delays.map(Math.round).join(', ')} ms`);
        await checkClip(unit, 'fire');
      });

      it('rejects a broken file with its place in it, and goes on', async () => {
        const broken = `{"ts": '"$(date +%s)"', "type": "collision"}\n`;
        const since = vehicle.lines.length;
        await writeFile(join(unit.directory('events'), 'evt_broken.json'), broken);
        await fileIn(join(unit.directory('events'), 'rejected'), /evt_broken/);
        await unit.program.line(/evt_broken\.json.*line 1.*column 8/i);

        const emit = unit.cli('emit', '--type', 'rollover', '--no-clip-hint');
        assert.equal(await emit.exit(), 0, emit.output);
        await vehicle.line(/^\[RECV\] .*\brollover\b/, since);
      });

      it('ends an incident with a cancel', async () => {
        const since = vehicle.lines.length;
        await unit.cli('emit', '--type', 'blockage', '--id', 'lorry-7', '--no-clip-hint').exit();
        await vehicle.line(/^\[RECV\] .*\bblockage\b/, since);
        await unit
          .cli('emit', '--type', 'blockage', '--id', 'lorry-7', '--action', 'cancel', '--no-clip-hint')
          .exit();
        await vehicle.line(/^\[RECV\] .*cancel/, since);
      });
    },
  );
}

const checked: string[] = [];

/** Waits for the next finished clip and checks it against the event and the clock burnt into the picture. */
async function checkClip(unit: Unit, type: string): Promise<void> {
  const manifestPath = await fileIn(unit.directory('archive'), /^accident_\d+.*\.json$/, checked);
  checked.push(manifestPath);
  const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as Manifest;
  const clip = manifestPath.replace(/json$/, 'mp4');

  assert.equal(manifest.event.type, type);
  assert.deepEqual(manifest.gaps, []);
  assert.equal(manifest.method, 'copy');
  const { duration = 0, streams } = await probe(clip, { clock: systemClock });
  assert.ok(
    streams.some(({ type }) => type === 'audio'),
    'the clip has no sound',
  );
  assert.ok(
    duration >= PRE + POST - 0.1 && duration <= PRE + POST + 2 * GOP,
    `${duration} s of ${PRE + POST} s`,
  );
  const shown = await readBurntTime(clip, manifest.t0_offset_s);
  assert.ok(
    Math.abs(shown - manifest.event.ts) < 1,
    `T0 shows ${shown}, the event says ${manifest.event.ts}`,
  );
  const verified = unit.cli('verify-clip', clip);
  assert.equal(await verified.exit(), 0, verified.output);
  const { stdout } = await run('sha256sum', [clip]);
  assert.equal(stdout.split(' ')[0], manifest.sha256);
  assert.deepEqual(await namesIn(unit.directory('archive'), new RegExp(basename(clip, '.mp4') + '\\.jpg$')), [
    `${basename(clip, '.mp4')}.jpg`,
  ]);
}
