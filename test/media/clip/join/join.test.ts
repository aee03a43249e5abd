import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Footage } from '../../../../nodes/lib/clip/plan/footage';
import { inspectMedia } from '../../../../nodes/lib/clip/plan/inspect';
import { joinParts } from '../../../../nodes/lib/clip/join/join';
import { sha256Of } from '../../../../nodes/lib/clip/manifest';
import { planClip } from '../../../../nodes/lib/clip/plan/plan';
import type { JoinPlan } from '../../../../nodes/lib/clip/join/options';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import { FPS, recordSegments } from '../../../support/footage/footage';
import { temporaryDirectory } from '../../../support/flow';
import { joinPlanOf } from '../../../support/footage/join-plan';

const START = 1_700_000_000;
const SECONDS = 8;

interface Packet {
  readonly pts: number;
  readonly dts: number;
  readonly hash: string;
}

/** The packets of a stream as ffmpeg reads them, in the order of decoding. */
function packetsOf(path: string, stream: 'v' | 'a'): Packet[] {
  const args = ['-v', 'error', '-select_streams', stream, '-show_data_hash', 'md5', '-of', 'json'];
  const entries = ['-show_entries', 'packet=pts_time,dts_time,data_hash'];
  const { packets } = JSON.parse(
    execFileSync('ffprobe', [...args, ...entries, path], { encoding: 'utf8' }),
  ) as {
    packets: { pts_time: string; dts_time: string; data_hash: string }[];
  };
  return packets.map(({ pts_time, dts_time, data_hash }) => ({
    pts: Number(pts_time),
    dts: Number(dts_time),
    hash: data_hash,
  }));
}

async function footageOf(directory: string, encoding: readonly string[]): Promise<Footage[]> {
  const segments = await recordSegments(directory, {
    start: START,
    seconds: SECONDS,
    segmentSeconds: 2,
    encoding,
  });
  return Promise.all(
    segments.map(async (segment) => ({
      segment,
      media: await inspectMedia(join(directory, segment.name), { clock }),
    })),
  );
}

async function setUp(t: TestContext, encoding: readonly string[] = []) {
  const directory = await temporaryDirectory(t);
  const target = join(directory, 'clip.mp4');
  const options = { signal: new AbortController().signal, target };
  return { directory, target, options, footage: await footageOf(directory, encoding) };
}

function planned(footage: readonly Footage[], directory: string): JoinPlan {
  const plan = planClip({ from: START, to: START + SECONDS }, START + 5, footage);
  assert.ok(plan);
  return joinPlanOf(plan, directory);
}

describe('joinParts', () => {
  for (const [name, encoding] of [
    ['H.264', []],
    ['B-frames', ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 2), '-sc_threshold', '0']],
    [
      'HEVC with B-frames',
      ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=error:keyint=25'],
    ],
  ] as const) {
    it(`keeps every packet of ${name} and its sound as it was, at its time`, async (t) => {
      const { directory, target, options, footage } = await setUp(t, encoding);

      const { sha256 } = await joinParts(planned(footage, directory), options);

      assert.equal(sha256, await sha256Of(target));
      for (const stream of ['v', 'a'] as const) {
        const parts = footage.map(({ segment, media }, number) =>
          packetsOf(join(directory, segment.name), stream).map((packet) => ({
            ...packet,
            pts: packet.pts + 2 * number - media.firstFrame,
          })),
        );
        // Sound before the first picture is left out.
        const expected = parts.flat().filter(({ pts }) => stream === 'v' || pts > -0.02);
        const packets = packetsOf(target, stream);
        assert.deepEqual(
          packets.map(({ hash }) => hash),
          expected.map(({ hash }) => hash),
        );
        for (const [i, { pts, dts }] of packets.entries()) {
          assert.ok(
            Math.abs(pts - expected[i].pts) < 0.03,
            `${stream} ${i}: ${pts} instead of ${expected[i].pts}`,
          );
          assert.ok(i === 0 || dts > packets[i - 1].dts, 'is decoded in order');
        }
      }
    });
  }

  it('marks T0 for players that know chapter tracks, and for those that know a list', async (t) => {
    const { directory, target, options, footage } = await setUp(t);
    await joinParts(planned(footage, directory), options);

    const args = ['-v', 'error', '-of', 'json', '-show_chapters', '-show_streams'];
    const report = JSON.parse(execFileSync('ffprobe', [...args, target], { encoding: 'utf8' })) as {
      chapters: { start_time: string; tags: { title: string } }[];
      streams: { codec_tag_string: string; nb_frames: string }[];
    };
    const chapters = report.chapters.map(({ start_time, tags }) => `${tags.title} ${Number(start_time)}`);
    assert.deepEqual(chapters, ['pre-roll 0', 'T0 5']);
    assert.deepEqual(
      report.streams.map(({ codec_tag_string }) => codec_tag_string),
      ['avc1', 'mp4a', 'text'],
    );
    assert.equal(report.streams[2].nb_frames, '2');
  });

  it('has its header before the footage', async (t) => {
    const { directory, target, options, footage } = await setUp(t);
    await joinParts(planned(footage, directory), options);
    const bytes = await readFile(target);
    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'));
  });

  it('names the segment that is not as it was when it was looked into', async (t) => {
    const { directory, options, footage } = await setUp(t);
    const { name } = footage[2].segment;
    await writeFile(join(directory, name), 'no film');

    await assert.rejects(joinParts(planned(footage, directory), options), {
      code: 'segment',
      details: { segment: name },
    });
  });

  it('leaves no file open when it is told to end in the middle', async (t) => {
    const { directory, options, footage } = await setUp(t);
    for (let n = 0; n < 8; n += 1) {
      const stop = new AbortController();
      const onPercent = () => {
        stop.abort(new Error('stopped'));
      };
      const joining = joinParts(planned(footage, directory), { ...options, signal: stop.signal, onPercent });
      await assert.rejects(joining, /stopped/);
    }
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    assert.deepEqual(
      open.filter((path) => path.startsWith(directory)),
      [],
    );
  });

  it('ends at once when it is told to', async (t) => {
    const { directory, options, footage } = await setUp(t);
    const stop = new AbortController();
    const joining = joinParts(planned(footage, directory), { ...options, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await assert.rejects(joining, /stopped/);
  });
});
