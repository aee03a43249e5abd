import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { link, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { judgeClips } from '../../../../cli/doctor/checks/clips';
import { checkDirectories } from '../../../../cli/doctor/checks/directories';
import { judgeEvents } from '../../../../cli/doctor/checks/events';
import { judgeDisk, judgeRecorder } from '../../../../cli/doctor/checks/recording';
import { storeOf, type Store } from '../../../../cli/doctor/store';
import type { Unit, UnitNode } from '../../../../cli/doctor/unit';
import { archiveState, type ArchiveState } from '../../../../nodes/lib/clip/archive-state';
import { JobStore } from '../../../../nodes/lib/clip/jobs/job-store';
import { jobsDirectory } from '../../../../nodes/lib/clip/jobs/job-files';
import { eventsState } from '../../../../nodes/lib/event/intake/state';
import { lockDirectory } from '../../../../nodes/lib/recording/lock';
import { temporaryDirectory } from '../../../support/flow';

const NOW = 1_700_000_000;
const STORE: Store = {
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
    ['records', STORE, 'ok', /recording: segments in \/rec: 3, last written 1 s ago/],
    ['is silent', { ...STORE, lastWrite: NOW - 60 }, 'problem', /nothing is written for 60 s/],
    [
      'is empty',
      { ...STORE, segments: 0, newest: undefined, lastWrite: undefined },
      'problem',
      /nothing is written yet/,
    ],
    ['does not run', { ...STORE, recording: false }, 'warning', /nothing is recording/],
    [
      'lives before its footage',
      { ...STORE, newest: { path: '', written: NOW + 60 } },
      'warning',
      /clock was set back/,
    ],
  ] as const;
  for (const [what, store, level, text] of cases) {
    it(`${what}: ${level}`, () => {
      const found = judgeRecorder(store, NOW);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }
});

describe('the disk', () => {
  const state = { freeBytes: 10e9, bytesPerSecond: 250_000, pre: 300, post: 300 };
  const cases = [
    ['room for everything', STORE, state, 'ok', /takes 900 MB for 60 min, a clip 150 MB/],
    [
      'room for half of it',
      STORE,
      { ...state, freeBytes: 1.45e9 },
      'warning',
      /for 30 min.*60 min would take 900 MB/,
    ],
    ['less than a clip', STORE, { ...state, freeBytes: 1.1e9 }, 'problem', /less than a clip of 10 min/],
    ['what the ring has counts', { ...STORE, bytes: 900e6 }, { ...state, freeBytes: 1e9 }, 'ok', /60 min/],
    ['a limit of its own', { ...STORE, maxBytes: 100e6 }, state, 'problem', /less than a clip/],
    ['no hours', { ...STORE, maxAge: 0 }, state, 'ok', /9\.0 GB for 10 h/],
    ['fewer hours than pre-roll', { ...STORE, maxAge: 120 }, state, 'problem', /less than the pre-roll/],
    ['unknown rate', STORE, { ...state, bytesPerSecond: undefined }, 'ok', /bit rate is unknown/],
    [
      'unknown rate, full',
      STORE,
      { ...state, bytesPerSecond: undefined, freeBytes: 1e8 },
      'problem',
      /100 MB free/,
    ],
  ] as const;
  for (const [what, store, disk, level, text] of cases) {
    it(`${what}: ${level}`, () => {
      const found = judgeDisk(store, disk);
      assert.equal(found.level, level, found.text);
      assert.match(found.text, text);
    });
  }
});

describe('a segment store', () => {
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
      path: () => rec,
    };
    const found = await storeOf(unit, node);
    assert.deepEqual([found.recording, found.segments, found.bytes], [false, 2, 8]);
    assert.deepEqual(
      [found.newest?.written, found.lastWrite, found.maxAge, found.maxBytes],
      [NOW + 20, NOW + 25, 7200, 1e9],
    );

    const unlock = await lockDirectory(rec);
    assert.equal((await storeOf(unit, node)).recording, true);
    await unlock();
    const looks = await Promise.all([1, 2, 3, 4].map(() => storeOf(unit, node)));
    assert.ok(!looks.some(({ recording }) => recording), 'looking is not recording');
    assert.equal((await storeOf(unit, node)).recording, false);
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
      path: (directory) => join(data, directory),
    };
    const found = await checkDirectories(unit);
    assert.deepEqual(
      found.map(({ level }) => level),
      ['problem'],
    );
    assert.match(found[0].text, /archive is a link to \/mnt\/v2x-not-there, which does not exist$/);
  });
});

describe('clips', () => {
  const state: ArchiveState = {
    waiting: [],
    without: [],
    damaged: 0,
    last: { name: 'accident_1.mp4', finished: NOW - 300, complete: true },
  };
  const cases = [
    ['none yet', { ...state, last: undefined }, 'ok', /there is none yet/],
    [
      'one waits',
      { ...state, waiting: [NOW + 120] },
      'ok',
      /5 min ago; waiting for the post-roll: 1, the next is due in 2 min/,
    ],
    [
      'one should be there',
      { ...state, waiting: [NOW - 600] },
      'problem',
      /overdue clips: 1, the first by 10 min/,
    ],
    [
      'one came to nothing',
      { ...state, without: [NOW - 60, NOW - 3600, NOW - 90_000] },
      'warning',
      /without a clip in the last day: 2/,
    ],
    ['a job is damaged', { ...state, damaged: 1 }, 'warning', /damaged/],
    [
      'the last is short',
      { ...state, last: { name: 'a', finished: NOW, complete: false } },
      'warning',
      /shorter than requested/,
    ],
  ] as const;
  for (const [what, clips, level, text] of cases) {
    it(`${what}: ${level}`, () => {
      const found = judgeClips(clips, NOW);
      assert.equal(found.level, level);
      assert.match(found.text, text);
    });
  }

  it('are looked up in the archive as the clip maker leaves it', async (t) => {
    const archive = await temporaryDirectory(t);
    assert.deepEqual(await archiveState(join(archive, 'none')), { ...state, last: undefined });
    const jobs = jobsDirectory(archive, 'node');
    const maker = await JobStore.open(jobs);
    t.after(() => maker.close());
    const request = (id: string) => ({ id, t0: NOW, pre: 60, post: 300, event: {} });
    await maker.add(request('waits'));
    const without = await maker.add(request('without'));
    await maker.conclude(without);
    await maker.finish(without);
    const done = await maker.add(request('done'));
    await maker.conclude(done, join(archive, 'accident_1.mp4'));
    await maker.finish(done);
    const dropped = await maker.add(request('dropped'));
    await maker.markDropped(dropped);
    await maker.finish(dropped);
    const deleted = await maker.add(request('deleted'));
    await maker.conclude(deleted, join(archive, 'accident_2.mp4'));
    await maker.finish(deleted);
    await maker.markDropped(deleted);
    await writeFile(join(jobs, `${'0'.repeat(32)}.json`), 'not JSON');
    await maker.pending();
    const manifest = { wanted: { from: 0, to: 600 }, achieved: { from: 20, to: 600 }, gaps: [] };
    await writeFile(join(archive, 'accident_1700000000.json'), JSON.stringify(manifest));
    const { last, ...rest } = await archiveState(archive);
    assert.deepEqual(rest, { waiting: [NOW + 300], without: [NOW], damaged: 1 });
    assert.deepEqual([last?.name, last?.complete], ['accident_1700000000.mp4', false]);
  });
});

describe('events', () => {
  async function directory(t: TestContext, files: Readonly<Record<string, string>>) {
    const events = await temporaryDirectory(t);
    for (const name of ['done', 'rejected']) await mkdir(join(events, name));
    for (const [name, content] of Object.entries(files)) await writeFile(join(events, name), content);
    return eventsState(events, 'done');
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

  it('that wait are found although one of that name was rejected, but not the rejected one itself', async (t) => {
    const state = await directory(t, { 'evt_1.json': '{}', 'evt_2.json': '{', 'rejected/evt_1.json': '{' });
    await link(join(state.directory, 'evt_2.json'), join(state.rejectedDirectory, 'evt_2.json'));
    const again = await eventsState(state.directory, 'done');
    assert.deepEqual(
      again.waiting.map(({ name }) => name),
      ['evt_1.json'],
    );
  });

  it('that are no files are rejected for that, and not opened', async (t) => {
    const state = await directory(t, {});
    await symlink('/dev/zero', join(state.rejectedDirectory, 'evt_1.json'));
    assert.match((await eventsState(state.directory, 'done')).reason ?? '', /symbolic link/);
    await promisify(execFile)('mkfifo', [join(state.rejectedDirectory, 'evt_2.json')]);
    assert.match((await eventsState(state.directory, 'done')).reason ?? '', /named pipe/);
  });

  it('that were rejected say why, with line and column', async (t) => {
    const state = await directory(t, { 'rejected/evt_1.json': '{"ts": \'"1"\', "type": "collision"}\n' });
    const [found] = judgeEvents(state, Date.now() / 1000);
    assert.equal(found.level, 'warning');
    assert.match(found.text, /files rejected in the last day: 1.*evt_1\.json, line 1, column 8/);
  });

  it('that nobody takes are a problem, unless they are still new', async (t) => {
    const state = await directory(t, { 'evt.json': '{"type":"fire"}', '.hidden.json': '{}', 'note.txt': '' });
    const [young] = judgeEvents(state, Date.now() / 1000);
    assert.deepEqual([young.level, young.text], ['ok', 'events in the last 10 minutes: 0; files waiting: 1']);
    const [found] = judgeEvents(state, Date.now() / 1000 + 60);
    assert.equal(found.level, 'problem');
    assert.match(found.text, /that nothing reads: 1$/);
  });
});
