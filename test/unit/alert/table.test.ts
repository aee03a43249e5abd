import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../../nodes/lib/alert/alert';
import { AlertTable, type Change, type Outcome } from '../../../nodes/lib/alert/table';

const NOW = 1_700_000_000;

interface Part {
  readonly station?: number;
  readonly sequence?: number;
  readonly iat?: number;
  readonly exp?: number;
  readonly status?: Alert['status'];
}

/** An alert with times relative to NOW. */
function alert({ station = 1, sequence = 0, iat = 0, exp = 100, status = 'active' }: Part = {}): Alert {
  return {
    iss: String(station),
    sub: `${station}:${sequence}`,
    iat: NOW + iat,
    exp: NOW + exp,
    detected: NOW,
    status,
    event: { id: 'e', type: 'fire', severity: 'high', causeCode: 94, subCauseCode: 6, informationQuality: 0 },
  };
}

const cancel = (part: Part = {}) => alert({ iat: 1, status: 'cancelled', ...part });

describe('AlertTable', () => {
  const table: [string, Alert[], Change[]][] = [
    ['repetitions are duplicates', [alert(), alert(), alert()], ['new', 'duplicate', 'duplicate']],
    ['a later reference time updates', [alert(), alert({ iat: 1 })], ['new', 'update']],
    ['an older one is stale', [alert({ iat: 1 }), alert()], ['new', 'stale']],
    ['a cancel ends it, once', [alert(), cancel(), cancel()], ['new', 'cancel', 'duplicate']],
    [
      'a cancel that comes first is believed',
      [cancel(), alert(), cancel()],
      ['tombstone', 'stale', 'duplicate'],
    ],
    ['what has expired is stale', [alert({ exp: 0 })], ['stale']],
    [
      'actions are kept apart',
      [alert(), alert({ sequence: 1 }), alert({ station: 2 })],
      ['new', 'new', 'new'],
    ],
  ];
  for (const [name, alerts, changes] of table) {
    it(name, () => {
      const receiver = new AlertTable(1024);
      assert.deepEqual(
        alerts.map((each) => receiver.receive(each, NOW).change),
        changes,
      );
    });
  }

  it('holds a warning as long as its repetitions say, where they name no end of their own', () => {
    const receiver = new AlertTable(1024);
    receiver.receive(alert({ exp: 10 }), NOW);
    assert.equal(receiver.receive(alert({ exp: 15 }), NOW + 5).change, 'duplicate');
    assert.equal(receiver.receive(alert({ exp: 12 }), NOW + 5).change, 'duplicate');
    assert.equal(receiver.nextExpiry(), NOW + 15);
    assert.deepEqual(receiver.expire(NOW + 14), []);
    assert.equal(receiver.expire(NOW + 15).length, 1);
  });

  it('tells once of a warning that ends by itself, and when that will be', () => {
    const receiver = new AlertTable(1024);
    receiver.receive(alert({ exp: 20 }), NOW);
    receiver.receive(alert({ sequence: 1, exp: 10 }), NOW);
    receiver.receive(cancel({ sequence: 2, exp: 5 }), NOW);
    assert.equal(receiver.nextExpiry(), NOW + 10);
    assert.deepEqual(receiver.expire(NOW + 9.9), []);
    assert.deepEqual(
      receiver.expire(NOW + 20).map(({ sub }) => sub),
      ['1:1', '1:0'],
    );
    assert.deepEqual(receiver.expire(NOW + 21), []);
    assert.equal(receiver.nextExpiry(), undefined);
  });

  it('does not believe a copy from before a version that ended sooner', () => {
    const receiver = new AlertTable(1024);
    receiver.receive(alert({ exp: 100 }), NOW);
    receiver.receive(alert({ iat: 1, exp: 50 }), NOW);
    assert.equal(receiver.expire(NOW + 60).length, 1);
    assert.equal(receiver.receive(alert({ exp: 100 }), NOW + 60).change, 'stale');
  });

  it('stays within its size, and a station that floods pushes out only itself', () => {
    const receiver = new AlertTable(10);
    assert.equal(receiver.receive(alert({ station: 2 }), NOW).change, 'new');
    const outcomes = Array.from({ length: 50 }, (_, sequence) =>
      receiver.receive(alert({ station: 1, sequence }), NOW),
    );
    assert.equal(outcomes.filter(({ change }) => change === 'full').length, 41);
    assert.deepEqual(receiver.receive(alert({ station: 3 }), NOW), { change: 'new', dropped: alert() });
    assert.equal(receiver.live.length, 10);
    assert.ok(receiver.live.some(({ iss }) => iss === '2'));
  });

  it('makes room with what is over before what still stands', () => {
    const receiver = new AlertTable(3);
    receiver.receive(alert(), NOW);
    receiver.receive(cancel({ sequence: 1 }), NOW);
    receiver.receive(alert({ sequence: 2 }), NOW);
    assert.deepEqual(receiver.receive(alert({ station: 2 }), NOW), { change: 'new' });
    assert.equal(receiver.live.length, 3);
  });

  const message = fc
    .record({
      sequence: fc.integer({ min: 0, max: 2 }),
      iat: fc.integer({ min: 0, max: 6 }),
    })
    .chain(({ sequence, iat }) =>
      // One reference time is one version: what it says follows from it.
      fc.constant(alert({ sequence, iat, status: (iat + sequence) % 3 === 2 ? 'cancelled' : 'active' })),
    );

  it('ends in the same state for any order and duplication of the same messages', () => {
    const orders = fc
      .array(message, { maxLength: 12 })
      .chain((messages) =>
        fc.tuple(
          fc.shuffledSubarray(messages, { minLength: messages.length }),
          fc.shuffledSubarray([...messages, ...messages], { minLength: 2 * messages.length }),
        ),
      );
    fc.assert(
      fc.property(orders, ([one, other]) => {
        assert.deepEqual(stateAfter(one), stateAfter(other));
        assert.deepEqual(stateAfter(one), modelOf(one));
      }),
    );
  });

  it('tells of each warning in turn: new, updates, one end', () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const receiver = new AlertTable(1024);
        const shown = new Shown();
        for (const each of messages) shown.take(each, receiver.receive(each, NOW));
        assert.deepEqual(receiver.live.map(({ sub }) => sub).sort(), shown.actionIds);
      }),
    );
  });

  it('tells of the end of each warning that makes room, and comes to rest under repetitions', () => {
    const crowd = fc
      .tuple(message, fc.integer({ min: 1, max: 4 }))
      .map(([{ sub, iat, status }, station]) =>
        alert({ station, sequence: Number(sub.slice(2)), iat: iat - NOW, status }),
      );
    fc.assert(
      fc.property(fc.array(crowd), fc.integer({ min: 1, max: 6 }), (messages, size) => {
        const receiver = new AlertTable(size);
        const shown = new Shown();
        const takeAll = () => {
          for (const each of messages) shown.take(each, receiver.receive(each, NOW));
          assert.ok(shown.actionIds.length <= size);
          assert.deepEqual(receiver.live.map(({ sub }) => sub).sort(), shown.actionIds);
        };
        // Each repetition evens out the table further, until it is even.
        for (let round = 0; round <= messages.length; round += 1) takeAll();
        const { told } = shown;
        takeAll();
        assert.equal(shown.told, told);
      }),
    );
  });
});

/** What is shown to a driver who is told of changes. */
class Shown {
  /** How many changes were told. */
  told = 0;
  private readonly shown = new Set<string>();

  get actionIds(): string[] {
    return [...this.shown].sort();
  }

  take({ sub }: Alert, { change, dropped }: Outcome): void {
    if (dropped) assert.ok(this.shown.delete(dropped.sub));
    if (change === 'new') assert.ok(!this.shown.has(sub));
    if (change === 'update' || change === 'cancel') assert.ok(this.shown.has(sub));
    if (change === 'new') this.shown.add(sub);
    if (change === 'cancel') this.shown.delete(sub);
    if (dropped || ['new', 'update', 'cancel'].includes(change)) this.told += 1;
  }
}

function stateAfter(messages: readonly Alert[]): string[] {
  const receiver = new AlertTable(1024);
  for (const each of messages) receiver.receive(each, NOW);
  return describeAll(receiver.live);
}

/** The plain model: per action the newest version counts. */
function modelOf(messages: readonly Alert[]): string[] {
  const newest = new Map<string, Alert>();
  for (const each of messages) {
    if (each.iat >= (newest.get(each.sub)?.iat ?? 0)) newest.set(each.sub, each);
  }
  return describeAll([...newest.values()].filter(({ status }) => status === 'active'));
}

function describeAll(alerts: readonly Alert[]): string[] {
  return alerts.map(({ sub, iat }) => `${sub} ${iat}`).sort();
}
