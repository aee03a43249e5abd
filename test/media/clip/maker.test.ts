import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../nodes/lib/time/clock';
import { ClipMaker, type FinishedClip } from '../../../nodes/lib/clip/maker';
import type { ClipManifest } from '../../../nodes/lib/clip/manifest';
import type { ClipRequest } from '../../../nodes/lib/clip/jobs/request';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { runTool } from '../../../nodes/lib/ffmpeg/run';
import type { Segment } from '../../../nodes/lib/recording/segment';
import { FakeRing, FPS, frameNumberAt, frameNumbers, recordSegments } from '../../support/footage/footage';
import { temporaryDirectory } from '../../support/flow';

const START = 1_700_000_000.3;
const SEGMENT = 2;
const SECONDS = 24;
const GOP = 1;

let recorded: string;
let segments: readonly Segment[];

/** A crash at T0 with so many seconds before and after, T0 in seconds after the first frame. */
function request(t0: number, pre: number, post: number): ClipRequest {
  return { id: `crash-${t0}`, t0: START + t0, pre, post, event: { type: 'collision', id: `crash-${t0}` } };
}

/** The recorded segments, in a directory of their own when a test is going to damage some. */
async function makeClip(
  t: TestContext,
  asked: ClipRequest,
  { from = recorded, list = segments, archive = '' } = {},
): Promise<FinishedClip & { archive: string }> {
  const directory = archive || (await temporaryDirectory(t));
  const maker = new ClipMaker(new FakeRing(from, SEGMENT, list), directory, systemClock);
  const work = join(directory, '.jobs', 'job');
  const clip = await maker.make(asked, { work, signal: new AbortController().signal });
  await rm(work, { recursive: true });
  return { ...clip, archive: directory };
}

async function copyOfRecording(t: TestContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  for (const { name } of segments)
    await writeFile(join(directory, name), await readFile(join(recorded, name)));
  return directory;
}

describe('ClipMaker', () => {
  before(async () => {
    recorded = await mkdtemp(join(tmpdir(), 'v2x-footage-'));
    segments = await recordSegments(recorded, { start: START, seconds: SECONDS, segmentSeconds: SEGMENT });
  });
  after(() => rm(recorded, { recursive: true }));

  it('shows the window within a GOP at each end, and T0 where the manifest says', async (t) => {
    const clip = await makeClip(t, request(10.5, 8, 6));

    const { duration = 0 } = await probe(clip.path, { clock: systemClock });
    assert.ok(duration >= 14 && duration <= 14 + 2 * GOP, `${duration} s`);
    assert.ok(clip.description.achieved.from <= START + 2.5);
    assert.equal(await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN), Math.floor(10.5 * FPS));
    assert.deepEqual(clip.description.gaps, []);
    assert.deepEqual(clip.description.notes, []);
    assert.equal(clip.description.method, 'copy');
    const { checked, duration_s } = clip.description;
    assert.deepEqual([checked.decoded, checked.faults], ['all', []]);
    assert.ok(Math.abs(checked.seconds - duration_s) < 0.1, `${checked.seconds} s`);
  });

  it('marks T0 with a chapter', async (t) => {
    const clip = await makeClip(t, request(10.5, 8, 6));

    const lines: string[] = [];
    await runTool('ffprobe', ['-v', 'error', '-show_chapters', '-of', 'json', clip.path], {
      clock: systemClock,
      onStdout: (chunk) => void lines.push(chunk.toString()),
    });
    const { chapters } = JSON.parse(lines.join('')) as { chapters: { start_time: string; tags: object }[] };
    assert.deepEqual(chapters[1].tags, { title: 'T0' });
    assert.ok(Math.abs(Number(chapters[1].start_time) - 8.5) < 0.01);
  });

  it('leaves clip, picture and manifest in the archive, named by the second of T0', async (t) => {
    const clip = await makeClip(t, request(10, 2, 2));

    const names = (await readdir(clip.archive)).filter((name) => name.startsWith('accident_')).sort();
    assert.deepEqual(
      names,
      ['jpg', 'json', 'mp4'].map((extension) => `accident_1700000010.${extension}`),
    );
    const manifest = JSON.parse(await readFile(clip.manifest, 'utf8')) as ClipManifest;
    const content = await readFile(clip.path);
    assert.equal(manifest.sha256, createHash('sha256').update(content).digest('hex'));
    assert.deepEqual(manifest.event, { type: 'collision', id: 'crash-10' });
    assert.ok(content.indexOf('moov') < content.indexOf('mdat'), 'faststart');
    const picture = await readFile(join(clip.archive, 'accident_1700000010.jpg'));
    assert.deepEqual([...picture.subarray(0, 2)], [0xff, 0xd8]);
  });

  it('never overwrites: a second incident in the same second gets a suffix', async (t) => {
    const { archive, path } = await makeClip(t, request(10, 2, 2));
    const first = await readFile(path);

    const second = await makeClip(t, { ...request(10.4, 2, 2) }, { archive });

    assert.equal(second.path, join(archive, 'accident_1700000010-1.mp4'));
    assert.deepEqual(await readFile(path), first);
  });

  it('keeps a gap at its true length on the timeline and lists it', async (t) => {
    const list = segments.filter((_, i) => i !== 4 && i !== 5);
    const clip = await makeClip(t, request(14.2, 8, 4), { list });

    assert.deepEqual(
      clip.description.gaps.map(({ from, to }) => [from - START, to - START].map(Math.round)),
      [[8, 12]],
    );
    const { duration = 0 } = await probe(clip.path, { clock: systemClock });
    assert.ok(Math.abs(duration - 12) <= GOP, `${duration} s`);
    assert.equal(await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN), Math.round(14.2 * FPS));
    assert.deepEqual(clip.description.notes, ['4.0 s are missing in 1 gaps']);
  });

  for (const [damage, hurt] of [
    ['empty', (path: string) => truncate(path, 0)],
    ['garbage', (path: string) => writeFile(path, Buffer.alloc(5000, 'garbage'))],
  ] as const) {
    it(`loses only the broken segment when one is ${damage}`, async (t) => {
      const directory = await copyOfRecording(t);
      await hurt(join(directory, segments[5].name));

      const clip = await makeClip(t, request(14.2, 8, 4), { from: directory });

      assert.equal(clip.description.gaps.length, 1);
      assert.match(
        clip.description.notes[0],
        new RegExp(`^${segments[5].name} is not playable and is left out`),
      );
      assert.equal(
        await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN),
        Math.round(14.2 * FPS),
      );
    });
  }

  it('keeps the readable part of a truncated segment', async (t) => {
    const directory = await copyOfRecording(t);
    const { name, bytes } = segments[5];
    await truncate(join(directory, name), Math.round(bytes * 0.7));

    const clip = await makeClip(t, request(14.2, 8, 4), { from: directory });

    const { from, to } = clip.description.achieved;
    assert.ok(Math.abs(to - from - 12) <= GOP);
    assert.ok(clip.description.segments.some((segment) => segment.name === name));
    assert.equal(await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN), Math.round(14.2 * FPS));
  });

  for (const exact of [false, true]) {
    it(`makes a clip that plays of footage with flipped bits, and says where${exact ? ', also exactly' : ''}`, async (t) => {
      const directory = await copyOfRecording(t);
      const path = join(directory, segments[5].name);
      const data = await readFile(path);
      const media = data.indexOf('mdat');
      for (let i = 0; i < 60; i += 1) data[media + 600 + 7 * i] ^= 0x55;
      await writeFile(path, data);

      const clip = await makeClip(t, { ...request(14.2, 8, 4), exact }, { from: directory });

      const { method, checked, notes, t0_offset_s } = clip.description;
      assert.equal(method, 'reencode');
      assert.deepEqual([checked.decoded, checked.faults], ['all', []]);
      const damage =
        /The footage is damaged from (4|5)\.\d s to (5|6)\.\d s of the clip \(.+\); the clip was re-encoded/;
      assert.ok(
        notes.some((note) => damage.test(note)),
        notes.join('\n'),
      );
      assert.equal(await frameNumberAt(clip.path, t0_offset_s ?? NaN), Math.round(14.2 * FPS));
    });
  }

  it('gives the part that exists and says what is missing', async (t) => {
    const clip = await makeClip(t, request(1, 5, 3));

    assert.ok(Math.abs(clip.description.achieved.from - START) < 0.001);
    assert.deepEqual(clip.description.notes, ['The footage starts 4.0 s after the start of the window']);
  });

  it('says when the footage does not reach T0', async (t) => {
    const clip = await makeClip(t, request(SECONDS + 3, 8, 4));

    assert.equal(clip.description.t0_offset_s, null);
    assert.deepEqual(clip.description.notes, [
      'The footage does not include the incident itself',
      'The footage ends 7.0 s before the end of the window',
    ]);
  });

  it('refuses a window without any footage, and leaves no clip', async (t) => {
    const archive = await temporaryDirectory(t);

    await assert.rejects(makeClip(t, request(500, 8, 4), { archive }), {
      code: 'no-footage',
      message: /No footage from .* to .* in .*; check that the recorder was running/,
    });
    assert.deepEqual(
      (await readdir(archive)).filter((name) => name.startsWith('accident_')),
      [],
    );
  });

  it('goes on after a crash between clip and manifest without making a second clip', async (t) => {
    const archive = await temporaryDirectory(t);
    const work = join(archive, '.jobs', 'job');
    const maker = new ClipMaker(new FakeRing(recorded, SEGMENT, segments), archive, systemClock);
    const options = { work, signal: new AbortController().signal };
    const first = await maker.make(request(10, 2, 2), options);
    await rm(first.manifest);

    const again = await maker.make(request(10, 2, 2), options);

    assert.deepEqual(again, first);
    assert.equal((await readdir(archive)).filter((name) => name.endsWith('.mp4')).length, 1);
  });

  it('shows T0 before the window has passed', async (t) => {
    const archive = await temporaryDirectory(t);
    const maker = new ClipMaker(new FakeRing(recorded, SEGMENT, segments.slice(0, 6)), archive, systemClock);
    const options = { work: join(archive, '.jobs', 'job'), signal: new AbortController().signal };

    const preview = await maker.preview(request(10.5, 300, 300), options);

    assert.ok(preview);
    assert.deepEqual([...preview.image.subarray(0, 2)], [0xff, 0xd8]);
    const { duration = 0 } = await probe(preview.path, { clock: systemClock });
    assert.ok(duration >= 11.5 && duration <= 12.5, `${duration} s`);

    // The clip's picture shows the same frame: it is not taken twice.
    const { snapshot } = await maker.make(request(10.5, 300, 300), options);
    assert.ok(snapshot);
    assert.equal((await stat(snapshot)).ino, (await stat(preview.snapshot)).ino);
  });

  it('shows nothing while there is no footage of T0, and leaves no picture of another moment', async (t) => {
    const archive = await temporaryDirectory(t);
    const maker = new ClipMaker(new FakeRing(recorded, SEGMENT, segments.slice(0, 6)), archive, systemClock);
    const work = join(archive, '.jobs', 'job');
    const options = { work, signal: new AbortController().signal };

    assert.equal(await maker.preview(request(20, 300, 300), options), undefined);
    assert.ok(!(await readdir(work)).includes('preview.jpg'));
  });

  it('re-encodes when codec and picture size change in the window', async (t) => {
    const directory = await copyOfRecording(t);
    const later = await recordSegments(directory, {
      start: START + SECONDS + 1,
      seconds: 6,
      segmentSeconds: SEGMENT,
      encoding: ['-c:v', 'mpeg4', '-vf', 'pad=128:96:0:0', '-q:v', '2'],
    });

    const clip = await makeClip(t, request(28, 8, 3), { from: directory, list: [...segments, ...later] });

    assert.equal(clip.description.method, 'reencode');
    const { duration = 0, video } = await probe(clip.path, { clock: systemClock });
    assert.deepEqual([video?.codec, video?.height], ['h264', 96]);
    assert.ok(Math.abs(duration - 11) <= GOP, `${duration} s`);
    assert.equal(clip.description.gaps.length, 1);
    // Frames after the change count from zero again; the small picture lies at the top.
    assert.equal(await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN), 3 * FPS);
  });

  it('copies HEVC so that players know it', async (t) => {
    const directory = await temporaryDirectory(t);
    const encoding = ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=error'];
    const list = await recordSegments(directory, {
      start: START,
      seconds: 6,
      segmentSeconds: SEGMENT,
      encoding,
    });

    const clip = await makeClip(t, request(3, 2, 2), { from: directory, list });

    assert.equal(clip.description.method, 'copy');
    assert.ok((await readFile(clip.path)).includes('hvc1'));
    assert.equal(await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN), 3 * FPS);
  });

  it('copies B-frames with T0 in place', async (t) => {
    const directory = await temporaryDirectory(t);
    const encoding = ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 4), '-sc_threshold', '0'];
    const list = await recordSegments(directory, { start: START, seconds: 12, segmentSeconds: 4, encoding });

    const clip = await makeClip(t, request(7, 2, 2), { from: directory, list });

    assert.ok(clip.description.achieved.from <= START + 5);
    assert.equal(await frameNumberAt(clip.path, clip.description.t0_offset_s ?? NaN), 7 * FPS);
  });

  for (const [name, encoding, method] of [
    ['H.264', [], 'smart'],
    ['B-frames', ['-preset', 'medium', '-bf', '3', '-g', String(FPS * 2), '-sc_threshold', '0'], 'smart'],
    ['HEVC', ['-c:v', 'libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=error:keyint=25'], 'reencode'],
  ] as const) {
    it(`begins and ends on the very frame when asked to: ${name}`, async (t) => {
      const directory = await temporaryDirectory(t);
      const list = await recordSegments(directory, {
        start: START,
        seconds: 12,
        segmentSeconds: 4,
        encoding,
      });

      const asked = { ...request(6.2, 3.76, 3.16), exact: true };
      const { path, description } = await makeClip(t, asked, { from: directory, list });

      const frames = await frameNumbers(path);
      assert.deepEqual([frames[0], frames.at(-1)], [2.44 * FPS, 9.36 * FPS - 1]);
      assert.deepEqual(
        frames,
        [...frames.keys()].map((n) => n + frames[0]),
      );
      assert.equal(await frameNumberAt(path, description.t0_offset_s ?? NaN), 6.2 * FPS);
      assert.equal(description.method, method);
      assert.ok(Math.abs(description.achieved.from - START - 2.44) < 0.002);
      assert.deepEqual(description.notes, []);
    });
  }

  it('reads segments in a directory with an unusual name', async (t) => {
    const directory = join(await temporaryDirectory(t), "it's a 'store' %d");
    await mkdir(directory);
    for (const { name } of segments)
      await writeFile(join(directory, name), await readFile(join(recorded, name)));

    const clip = await makeClip(t, request(10, 2, 2), { from: directory });

    assert.deepEqual(clip.description.notes, []);
  });
});
