import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { compactVerify } from 'jose';
import clipMaker from '../../nodes/clip-maker/clip-maker';
import { KeyRing } from '../../nodes/lib/alert/trust/key-ring';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import type { Segment, SegmentRing } from '../../nodes/lib/recording/segment';
import { FakeClock } from '../support/fake-clock';
import { outlet, probe, startFlow, stopFlow, temporaryDirectory } from '../support/flow';
import { FakeRing, recordSegments } from '../support/footage/footage';

const START = 1_700_000_000;
const SEGMENT = 2;

let recorded: string;
let segments: readonly Segment[];

/** A store whose segments close when the test says so. */
const storeOf = (ring: SegmentRing) =>
  defineNode<object, object, SegmentRing>({ type: 'v2x-segment-store', setup: () => ({ api: ring }) });

const flowInto = (directory: string, settings: object = {}) => [
  { id: 'store', type: 'v2x-segment-store' },
  {
    id: 'maker',
    type: 'clip-maker',
    store: 'store',
    directory,
    pre: '4',
    post: '3',
    wires: [['clips'], ['progress']],
    ...settings,
  },
  { id: 'clips', type: 'helper' },
  { id: 'progress', type: 'helper' },
];

const crash = (t0: number, more: object = {}) => ({
  payload: { id: 'crash', type: 'collision', ts: START + t0, ...more },
  event: { id: 'crash', file: 'crash.json', taken: START + t0 },
});

describe('clip-maker', () => {
  before(async () => {
    recorded = await mkdtemp(join(tmpdir(), 'v2x-footage-'));
    segments = await recordSegments(recorded, { start: START, seconds: 16, segmentSeconds: SEGMENT });
  });
  after(() => rm(recorded, { recursive: true }));
  afterEach(stopFlow);

  it('waits for the post-roll, counts the seconds, and hands out the clip', async (t) => {
    const directory = await temporaryDirectory(t);
    const ring = new FakeRing(recorded, SEGMENT, segments.slice(0, 4));
    const clock = new FakeClock(START + 8);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment: { clock } });
    const maker = probe('maker');
    const clips = outlet('clips');
    const progress = outlet('progress');

    maker.node.receive(crash(8));
    assert.deepEqual((await progress.next()).payload, { state: 'queued' });
    // The preview is made beside, and may come first.
    const states = [await progress.next(), await progress.next()];
    const waiting = states.find(({ payload }) => (payload as { state: string }).state === 'waiting');
    assert.deepEqual(waiting?.payload, { state: 'waiting', left: 3 });
    assert.deepEqual((waiting as { event?: unknown }).event, crash(8).event);
    await clock.advance(4);
    ring.close(...segments.slice(4, 6));

    const message = await clips.next();
    const clip = message.payload as Record<string, unknown>;
    assert.equal(clip.path, join(directory, `accident_${START + 8}.mp4`));
    assert.equal(clip.to, START + 11);
    assert.ok(Number(clip.from) <= START + 4);
    assert.deepEqual(clip.gaps, []);
    assert.deepEqual((message as { clip?: { event: string } }).clip?.event, 'crash');
    assert.deepEqual((message as { event?: unknown }).event, crash(8).event);
    const manifest = JSON.parse(await readFile(String(clip.manifest), 'utf8')) as { event: { id: string } };
    assert.equal(manifest.event.id, 'crash');
    assert.equal((await maker.status(({ fill }) => fill === 'green')).shape, 'dot');
  });

  it('takes another window from the message, within bounds', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock(START + 16);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment: { clock } });
    const maker = probe('maker');
    const clips = outlet('clips');

    maker.node.receive({ ...crash(8), pre: 1e9 });
    assert.match(await maker.error(), /"msg.pre" is 1000000000; it must be a number from 0 to 3600/);
    maker.node.receive({ ...crash(8), pre: 1, post: '2' });

    const { from, to } = (await clips.next()).payload as { from: number; to: number };
    assert.deepEqual([from, to], [START + 7, START + 10]);
  });

  it('takes the window from where the settings say that messages have it', async (t) => {
    const directory = await temporaryDirectory(t);
    const environment = { clock: new FakeClock(START + 16) };
    const settings = { pre: 'msg.window.before', post: 'global.nowhere' };
    const ring = new FakeRing(recorded, SEGMENT, segments);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory, settings), { environment });
    const maker = probe('maker');
    const clips = outlet('clips');

    maker.node.receive({ ...crash(8), window: { before: 'long' } });
    assert.match(await maker.error(), /"msg\.window\.before" is "long"; it must be a number from 0 to 3600/);
    maker.node.receive({ ...crash(8), window: { before: 1 }, post: 2 });

    const { from, to } = (await clips.next()).payload as { from: number; to: number };
    assert.deepEqual([from, to], [START + 7, START + 10]);
  });

  it('makes no second clip of an update, and a cancel leaves the clip', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock(START + 16);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment: { clock } });
    const maker = probe('maker');
    const clips = outlet('clips');

    maker.node.receive(crash(8));
    await clips.next();
    maker.node.receive(crash(9, { action: 'update' }));
    maker.node.receive(crash(9, { action: 'cancel' }));
    maker.node.receive(crash(4, { id: 'other' }));
    await clips.next();

    const names = await readdir(directory);
    assert.deepEqual(names.filter((name) => name.endsWith('.mp4')).sort(), [
      `accident_${START + 4}.mp4`,
      `accident_${START + 8}.mp4`,
    ]);
  });

  it('deletes the clip of a cancelled event when told to, and ends the job of one that waits', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock(START + 16);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory, { cancel: 'drop' }), {
      environment: { clock },
    });
    const maker = probe('maker');
    const clips = outlet('clips');
    const progress = outlet('progress');
    const dropped = async () => {
      for (;;) {
        const { payload } = await progress.next();
        if ((payload as { state: string }).state === 'dropped') return;
      }
    };

    maker.node.receive(crash(8));
    await clips.next();
    maker.node.receive(crash(8, { action: 'cancel' }));
    await dropped();
    maker.node.receive(crash(20, { id: 'coming' }));
    maker.node.receive(crash(20, { id: 'coming', action: 'cancel' }));
    await dropped();

    assert.deepEqual(await readdir(directory), ['.jobs']);
    assert.equal(ring.pins.size, 0);
    assert.ok(await maker.status(({ text }) => text === 'clip-maker.status.dropped'));
  });

  it('signs the manifest with the chosen key, and says in it when it could not', async (t) => {
    for (const notAfter of [START + 1000, START]) {
      const directory = await temporaryDirectory(t);
      const ring = new FakeRing(recorded, SEGMENT, segments);
      const secret = 'a secret of the tests, 32 bytes at least';
      const keys = await KeyRing.create({ keyId: 'rsu', algorithm: 'HS256', secret, notAfter });
      const keyNode = defineNode<object, object, KeyRing>({ type: 'v2x-key', setup: () => ({ api: keys }) });
      const flow = [{ id: 'key', type: 'v2x-key' }, ...flowInto(directory, { key: 'key' })];
      const environment = { clock: new FakeClock(START + 16) };
      await startFlow([storeOf(ring), keyNode, clipMaker], flow, { environment });
      const clips = outlet('clips');

      probe('maker').node.receive(crash(8));
      const { signature, manifest, notes } = (await clips.next()).payload as Record<string, string>;

      if (notAfter === START) {
        assert.equal(signature, undefined);
        assert.match(notes[0], /This manifest is not signed: The key "rsu" cannot sign now/);
      } else {
        const token = (await readFile(signature, 'utf8')).trim();
        const { payload, protectedHeader } = await compactVerify(token, Buffer.from(secret));
        assert.equal(Buffer.from(payload).toString(), await readFile(manifest, 'utf8'));
        assert.deepEqual(protectedHeader, { alg: 'HS256', kid: 'rsu', cty: 'json' });
      }
      await stopFlow();
    }
  });

  it('begins and ends on the very frame when the message asks for it', async (t) => {
    const directory = await temporaryDirectory(t);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    const environment = { clock: new FakeClock(START + 16) };
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment });
    const clips = outlet('clips');

    probe('maker').node.receive({ ...crash(8.48), exact: true });

    const { from, to, method } = (await clips.next()).payload as Record<string, unknown>;
    assert.deepEqual([from, to, method], [START + 4.48, START + 11.48, 'smart']);
  });

  it('goes on after a redeploy while it waits', async (t) => {
    const directory = await temporaryDirectory(t);
    const ring = new FakeRing(recorded, SEGMENT, segments.slice(0, 4));
    const clock = new FakeClock(START + 8);
    const environment = { clock };
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment });
    const progress = outlet('progress');
    probe('maker').node.receive(crash(8));
    await progress.next();
    await progress.next();
    await stopFlow();

    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment });
    const again = outlet('progress');
    const clips = outlet('clips');
    await again.next();
    await clock.advance(8);
    ring.close(...segments.slice(4));

    const message = await clips.next();
    assert.equal((message.payload as { path: string }).path, join(directory, `accident_${START + 8}.mp4`));
    assert.deepEqual((message as { event?: unknown }).event, crash(8).event);
  });

  it('says that there is no footage, and goes on', async (t) => {
    const directory = await temporaryDirectory(t);
    const clock = new FakeClock(START + 1000);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment: { clock } });
    const maker = probe('maker');
    const clips = outlet('clips');

    maker.node.receive(crash(500));
    // A recorder that comes back may bring footage, for a few segments' time.
    const told = maker.error();
    const ended = told.then(() => true);
    while (!(await Promise.race([ended, clock.advance(1)]))) continue;
    assert.match(await told, /No footage from 2023-\S+ to 2023-\S+ in /);
    maker.node.receive(crash(8, { id: 'other' }));

    assert.ok((await clips.next()).payload);
  });

  it('refuses what is no event, and one of the far future', async (t) => {
    const clock = new FakeClock(START);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    const directory = await temporaryDirectory(t);
    await startFlow([storeOf(ring), clipMaker], flowInto(directory), { environment: { clock } });
    const maker = probe('maker');

    maker.node.receive({ payload: { severity: 'high' } });
    assert.match(await maker.error(), /must have required property 'type'/);
    maker.node.receive(crash(86_400));
    assert.match(await maker.error(), /Event crash is 86400 s in the future; set the clock/);
  });

  it('recovers when the archive can be used again', async (t) => {
    const archive = join(await temporaryDirectory(t), 'archive');
    await writeFile(archive, 'in the way');
    const clock = new FakeClock(START + 16);
    const ring = new FakeRing(recorded, SEGMENT, segments);
    await startFlow([storeOf(ring), clipMaker], flowInto(archive), { environment: { clock } });
    const maker = probe('maker');
    const clips = outlet('clips');
    assert.ok((await maker.error()).includes(archive));

    await rm(archive);
    await clock.advance(30);
    await maker.status(({ fill }) => fill === 'green');
    maker.node.receive(crash(8));

    assert.ok((await clips.next()).payload);
  });
});
