import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Alert } from '../../../nodes/lib/alert/alert';
import { AlertTable, type Change } from '../../../nodes/lib/alert/table';

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
      const receiver = new AlertTable();
      assert.deepEqual(
        alerts.map((each) => receiver.receive(each, NOW)),
        changes,
      );
    });
  }

  it('tells once of a warning that ends by itself, and when that will be', () => {
    const receiver = new AlertTable();
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
    const receiver = new AlertTable();
    receiver.receive(alert({ exp: 100 }), NOW);
    receiver.receive(alert({ iat: 1, exp: 50 }), NOW);
    assert.equal(receiver.expire(NOW + 60).length, 1);
    assert.equal(receiver.receive(alert({ exp: 100 }), NOW + 60), 'stale');
  });

  it('stays within its size, and a station that floods pushes out only itself', () => {
    const receiver = new AlertTable(10);
    assert.equal(receiver.receive(alert({ station: 2 }), NOW), 'new');
    const changes = Array.from({ length: 50 }, (_, sequence) =>
      receiver.receive(alert({ station: 1, sequence }), NOW),
    );
    assert.equal(changes.filter((change) => change === 'full').length, 41);
    assert.equal(receiver.receive(alert({ station: 3 }), NOW), 'new');
    assert.equal(receiver.live.length, 10);
    assert.ok(receiver.live.some(({ iss }) => iss === '2'));
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
        const receiver = new AlertTable();
        const shown = new Set<string>();
        for (const each of messages) {
          const change = receiver.receive(each, NOW);
          if (change === 'new') assert.ok(!shown.has(each.sub));
          if (change === 'update' || change === 'cancel') assert.ok(shown.has(each.sub));
          if (change === 'new') shown.add(each.sub);
          if (change === 'cancel') shown.delete(each.sub);
        }
        assert.deepEqual(new Set(receiver.live.map(({ sub }) => sub)), shown);
      }),
    );
  });
});

function stateAfter(messages: readonly Alert[]): string[] {
  const receiver = new AlertTable();
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
