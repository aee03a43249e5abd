import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planEviction, type RingState } from '../../../../nodes/lib/recording/ring/retention';
import { segments } from './segments';

const unlimited = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
/** Ten segments from second 1000 to 1100, 1000 bytes in all. */
const ring: RingState = {
  segments: segments(10),
  bytes: 1000,
  freeBytes: 500,
  reserveBytes: 0,
  now: 1100,
  pinned: [],
};
const names = (state: RingState, limits: object) =>
  planEviction(state, { ...unlimited, ...limits }).evicted.map(({ from }) => from);

describe('planEviction', () => {
  it('keeps everything without limits, and in an empty ring', () => {
    assert.deepEqual(names(ring, {}), []);
    assert.deepEqual(names({ ...ring, segments: [], bytes: 0 }, { maxAge: 1, maxBytes: 1 }), []);
  });

  it('deletes what ended longer ago than the age limit', () => {
    assert.deepEqual(names(ring, { maxAge: 80 }), [1000]);
    assert.deepEqual(names(ring, { maxAge: 90 }), []);
  });

  it('deletes the oldest until the rest fits into the bytes', () => {
    assert.deepEqual(names(ring, { maxBytes: 750 }), [1000, 1010, 1020]);
  });

  it('deletes the oldest until enough of the disk is free', () => {
    assert.deepEqual(names(ring, { minFreeBytes: 650 }), [1000, 1010]);
  });

  it('follows the limit that asks for most', () => {
    assert.deepEqual(names(ring, { maxAge: 85, maxBytes: 900, minFreeBytes: 800 }), [1000, 1010, 1020]);
  });

  it('frees what the next segments need, and distinguishes that from what retention demands', () => {
    const { evicted, diskFull } = planEviction({ ...ring, reserveBytes: 650 }, unlimited);
    assert.deepEqual(
      evicted.map(({ from }) => from),
      [1000, 1010],
    );
    assert.ok(diskFull);
    const asked = planEviction({ ...ring, reserveBytes: 650 }, { ...unlimited, minFreeBytes: 650 });
    assert.deepEqual(asked, { evicted, missingBytes: 0, diskFull: false });
  });

  it('deletes first what a clock that was set back has left in a time to come', () => {
    const later = segments(2, 9000);
    const state = { ...ring, segments: [...ring.segments, ...later], bytes: 1200 };
    assert.deepEqual(names(state, { maxBytes: 900 }), [9000, 9010, 1000]);
    assert.deepEqual(names(state, { maxAge: 90 }), [9000, 9010]);
    assert.deepEqual(names(state, { maxAge: 80, maxBytes: 1100 }), [9000, 9010, 1000]);
    assert.deepEqual(names(state, { maxAge: 10_000, maxBytes: 1100 }), [9000]);
  });

  it('keeps the order of time when the clock was set back by little', () => {
    assert.deepEqual(names({ ...ring, now: 1060 }, { maxBytes: 900 }), [1000]);
  });

  it('never deletes what a clip has pinned, but the next oldest instead', () => {
    const pinned = [{ from: 1005, to: 1015 }];
    assert.deepEqual(names({ ...ring, pinned }, { maxBytes: 800 }), [1020, 1030]);
  });

  it('says how much is missing when only pinned segments are left', () => {
    const pinned = [{ from: 0, to: 2000 }];
    const { evicted, missingBytes } = planEviction({ ...ring, pinned }, { ...unlimited, minFreeBytes: 700 });
    assert.deepEqual(evicted, []);
    assert.equal(missingBytes, 200);
  });
});
