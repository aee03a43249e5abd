import assert from 'node:assert/strict';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { clipState, judgeClips, type ClipState } from '../../../../cli/doctor/checks/clips';
import { checkDirectories } from '../../../../cli/doctor/checks/directories';
import { eventState, judgeEvents } from '../../../../cli/doctor/checks/events';
import { judgeDisk, judgeRecorder } from '../../../../cli/doctor/checks/recording';
import { ringOf, type RingState } from '../../../../cli/doctor/ring-state';
import type { Unit, UnitNode } from '../../../../cli/doctor/unit';
import { lockDirectory } from '../../../../nodes/lib/recording/lock';
import { temporaryDirectory } from '../../../support/flow';

const NOW = 1_700_000_000;
const RING: RingState = {
  directory: '/rec',
  recording: true,
  segments: 3,
  bytes: 0,
  newest: { path: '/rec/seg_1.mp4', written: NOW - 8 },
  lastWrite: NOW - 1,
  segmentSeconds: 10,
  maxAge: 3600,
  maxBytes: 0,
  minFreeBytes: 1e9,
};

describe('the recorder', () => {
  const cases = [
    ['records', RING, 'ok', /it records: segments in \/rec: 3, last written 1 s ago/],
    ['is silent', { ...RING, lastWrite: NOW - 60 }, 'problem', /nothing is written for 60 s/],
    [
      'is empty',
      { ...RING, segments: 0, newest: undefined, lastWrite: undefined },
      'problem',
      /nothing is written yet/,
    ],
    ['does not run', { ...RING, recording: false }, 'warning', /nobody records/],
    [
      'lives before its footage',
      { ...RING, newest: { path: '', written: NOW + 60 } },
      'warning',
      /clock was set back/,
    ],
  ] as const;
  for (const [what, ring, level, text] of cases) {
    it(`${what}: ${level}`, () => {
      const found = judgeRecorder(ring, NOW);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }
});

describe('the disk', () => {
  const state = { freeBytes: 10e9, bytesPerSecond: 250_000, pre: 300, post: 300 };
  const cases = [
    ['room for everything', RING, state, 'ok', /takes 900 MB for 60 min, a clip 150 MB/],
    [
      'room for half of it',
      RING,
      { ...state, freeBytes: 1.45e9 },
      'warning',
      /for 30 min.*60 min would take 900 MB/,
    ],
    ['less than a clip', RING, { ...state, freeBytes: 1.1e9 }, 'problem', /less than a clip of 10 min/],
    ['what the ring has counts', { ...RING, bytes: 900e6 }, { ...state, freeBytes: 1e9 }, 'ok', /60 min/],
    ['a limit of its own', { ...RING, maxBytes: 100e6 }, state, 'problem', /less than a clip/],
    ['no hours', { ...RING, maxAge: 0 }, state, 'ok', /9\.0 GB for 10 h/],
    ['fewer hours than pre-roll', { ...RING, maxAge: 120 }, state, 'problem', /less than the pre-roll/],
    ['unknown rate', RING, { ...state, bytesPerSecond: undefined }, 'ok', /not known/],
    [
      'unknown rate, full',
      RING,
      { ...state, bytesPerSecond: undefined, freeBytes: 1e8 },
      'problem',
      /100 MB free/,
    ],
  ] as const;
  for (const [what, ring, disk, level, text] of cases) {
    it(`${what}: ${level}`, () => {
      const found = judgeDisk(ring, disk);
      assert.equal(found.level, level, found.text);
      assert.match(found.text, text);
    });
  }
});

describe('a ring', () => {
  it('is looked at without being touched', async (t) => {
    const data = await temporaryDirectory(t);
    const rec = join(data, 'rec');
    const run = join(rec, '.recording', 'run');
    await mkdir(run, { recursive: true });
    for (const [path, written] of [
      [join(rec, 'seg_1700000000.mp4'), NOW + 10],
      [join(rec, 'seg_1700000010.mp4'), NOW + 20],
      [join(run, '000002.mp4'), NOW + 25],
    ] as const) {
      await writeFile(path, 'four');
      await utimes(path, written, written);
    }
    const node: UnitNode = { id: 'r', type: 'ffmpeg-segmenter', label: 'r', config: {}, credentials: {} };
    const store: UnitNode = { ...node, id: 's', config: { retentionHours: 2, maxGigabytes: '1' } };
    const unit: Unit = {
      data,
      isDefault: true,
      of: () => [],
      refer: () => store,
      directory: () => rec,
    };
    const ring = await ringOf(unit, node);
    assert.deepEqual([ring.recording, ring.segments, ring.bytes], [false, 2, 8]);
    assert.deepEqual(
      [ring.newest?.written, ring.lastWrite, ring.maxAge, ring.maxBytes],
      [NOW + 20, NOW + 25, 7200, 1e9],
    );

    const unlock = await lockDirectory(rec);
    assert.equal((await ringOf(unit, node)).recording, true);
    await unlock();
    const looks = await Promise.all([1, 2, 3, 4].map(() => ringOf(unit, node)));
    assert.ok(!looks.some(({ recording }) => recording), 'looking is not recording');
    assert.equal((await ringOf(unit, node)).recording, false);
  });
});

describe('directories', () => {
  it('that are links to what is not there, as to a disk that is not mounted, are a problem', async (t) => {
    const data = await temporaryDirectory(t);
    await symlink('/mnt/v2x-not-there', join(data, 'archive'));
    const node: UnitNode = { id: 'c', type: 'clip-maker', label: 'c', config: {}, credentials: {} };
    const unit: Unit = {
      data,
      isDefault: true,
      of: (type) => (type === 'clip-maker' ? [node] : []),
      refer: () => undefined,
      directory: () => join(data, 'archive'),
    };
    const found = await checkDirectories(unit);
    assert.deepEqual(
      found.map(({ level }) => level),
      ['problem'],
    );
    assert.match(found[0].text, /archive is a link to \/mnt\/v2x-not-there, which is not there$/);
  });
});

describe('clips', () => {
  const state: ClipState = {
    waiting: [],
    without: 0,
    damaged: 0,
    last: { name: 'accident_1.mp4', kept: NOW - 300, complete: true },
  };
  const cases = [
    ['none yet', { ...state, last: undefined }, 'ok', /none is kept yet/],
    [
      'one waits',
      { ...state, waiting: [NOW + 120] },
      'ok',
      /5 min ago; waiting for their post-roll: 1, the next is due in 2 min/,
    ],
    ['one should be there', { ...state, waiting: [NOW - 600] }, 'problem', /overdue: 1, the first by 10 min/],
    ['one came to nothing', { ...state, without: 2 }, 'warning', /without a clip: 2/],
    ['a job is damaged', { ...state, damaged: 1 }, 'warning', /damaged/],
    [
      'the last is short',
      { ...state, last: { name: 'a', kept: NOW, complete: false } },
      'warning',
      /not as long/,
    ],
  ] as const;
  for (const [what, clips, level, text] of cases) {
    it(`${what}: ${level}`, () => {
      const found = judgeClips(clips, NOW);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }

  it('are read from an archive, as the clip maker keeps it', async (t) => {
    const archive = await temporaryDirectory(t);
    assert.deepEqual(await clipState(join(archive, 'none'), NOW), { ...state, last: undefined });
    const jobs = join(archive, '.jobs', 'node');
    await mkdir(join(jobs, 'done'), { recursive: true });
    const write = (path: string, value: object) => writeFile(path, JSON.stringify(value));
    await write(join(jobs, 'a.json'), { t0: NOW, post: 300 });
    await write(join(jobs, 'b.json.damaged'), {});
    await write(join(jobs, 'done', 'c.json'), { t0: NOW - 60, post: 30 });
    await write(join(jobs, 'done', 'd.json'), { t0: NOW - 60, post: 30, clip: '/x.mp4' });
    await write(join(jobs, 'done', 'e.json'), { t0: NOW - 90_000, post: 30 });
    const manifest = { wanted: { from: 0, to: 600 }, achieved: { from: 20, to: 600 }, gaps: [] };
    await write(join(archive, 'accident_1700000000.json'), manifest);
    const { last, ...rest } = await clipState(archive, NOW);
    assert.deepEqual(rest, { waiting: [NOW + 300], without: 1, damaged: 1 });
    assert.deepEqual([last?.name, last?.complete], ['accident_1700000000.mp4', false]);
  });
});

describe('events', () => {
  async function directory(t: TestContext, files: Readonly<Record<string, string>>) {
    const events = await temporaryDirectory(t);
    for (const name of ['done', 'rejected']) await mkdir(join(events, name));
    for (const [name, content] of Object.entries(files)) await writeFile(join(events, name), content);
    return eventState(events, false);
  }

  it('that were taken are counted', async (t) => {
    const state = await directory(t, { 'done/a.json': '{}', 'done/b.json': '{}' });
    const [found] = judgeEvents(state, Date.now() / 1000);
    assert.deepEqual([found.level, found.text], ['ok', 'events in the last 10 minutes: 2']);
    const [later] = judgeEvents(state, Date.now() / 1000 + 700);
    assert.equal(later.text, 'events in the last 10 minutes: 0');
  });

  it('that are too many say how to have fewer', async (t) => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`done/${index}.json`, '{}']));
    const [found] = judgeEvents(await directory(t, many), Date.now() / 1000);
    assert.equal(found.level, 'warning');
    assert.match(found.remedy ?? '', /cooldown/);
  });

  it('that were rejected say why, with line and column', async (t) => {
    const state = await directory(t, { 'rejected/evt_1.json': '{"ts": \'"1"\', "type": "collision"}\n' });
    const [found] = judgeEvents(state, Date.now() / 1000);
    assert.equal(found.level, 'warning');
    assert.match(found.text, /rejected files of the last day: 1.*evt_1\.json, line 1, column 8/);
  });

  it('that nobody takes are a problem, unless they are still new', async (t) => {
    const state = await directory(t, { 'evt.json': '{"type":"fire"}', '.hidden.json': '{}', 'note.txt': '' });
    const [young] = judgeEvents(state, Date.now() / 1000);
    assert.deepEqual(
      [young.level, young.text],
      ['ok', 'events in the last 10 minutes: 0; files that wait: 1'],
    );
    const [found] = judgeEvents(state, Date.now() / 1000 + 60);
    assert.equal(found.level, 'problem');
    assert.match(found.text, /nobody takes from .*: 1$/);
  });
});
