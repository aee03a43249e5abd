import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readinessOf, type Readiness, type RecordingState } from '../../../../nodes/lib/clip/jobs/readiness';
import type { Segment } from '../../../../nodes/lib/recording/segment';

const T0 = 1_700_000_000;
const WINDOW = { from: T0 - 8, to: T0 + 6 };

/** Segments of a recording, each from one moment to the next, in seconds after T0. */
function closed(...bounds: readonly number[]): Segment[] {
  return bounds.slice(1).map((to, i) => segment(bounds[i], to));
}

function segment(from: number, to: number): Segment {
  const name = `seg_${T0 + from}.mp4`;
  return { name, from: T0 + from, to: T0 + to, bytes: 1, run: 'a', number: 0, measured: true };
}

/** What is decided, with all moments in seconds after T0; a wait is given as the moment it lasts until. */
function decide(
  now: number,
  segments: readonly Segment[],
  {
    open,
    lastLife = 0,
    segmentSeconds = 10,
  }: { open?: number; lastLife?: number; segmentSeconds?: number } = {},
): Readiness['kind'] | number {
  const state: RecordingState = {
    segments,
    openSince: open === undefined ? undefined : T0 + open,
    lastLife: T0 + lastLife,
    segmentSeconds,
  };
  const readiness = readinessOf(WINDOW, state, T0 + now);
  return readiness.kind === 'wait' ? readiness.until - T0 : readiness.kind;
}

describe('readinessOf', () => {
  it('cuts once a closed segment reaches the end of the window', () => {
    assert.equal(decide(5, closed(-20, -10, 0), { open: 0 }), 6 + 900);
    assert.equal(decide(12, closed(-20, -10, 0, 10), { open: 10 }), 'cut');
  });

  for (const length of [40, 60, 400]) {
    it(`waits for an open segment of ${length} s, also when it is the first and nothing else was recorded`, () => {
      assert.equal(decide(length - 6, [], { open: -5 }), 6 + 900);
      assert.equal(decide(length - 6, closed(-5 - length, -5), { open: -5 }), 6 + 900);
      assert.equal(decide(length - 4, closed(-5, length - 5), { open: length - 5 }), 'cut');
    });
  }

  it('does not believe for ever that a segment is still being written', () => {
    assert.equal(decide(6 + 900, closed(-20, -10, 0), { open: 0 }), 'cut');
    assert.equal(decide(6 + 900, [], { open: 0 }), 'no-footage');
    assert.equal(decide(907, closed(-600, 0), { open: 0, segmentSeconds: 600 }), 6 + 1800);
  });

  it('cuts when what is recorded now begins behind the window: the camera was away', () => {
    const before = closed(-20, -10, -2);
    assert.equal(decide(20, before, { open: 19 }), 24);
    assert.equal(decide(24, before, { open: 19 }), 'cut');
    assert.equal(decide(24, closed(-40, -30), { open: 19 }), 'no-footage');
  });

  it('waits for a camera that came back within the window', () => {
    assert.equal(decide(20, closed(-20, -10, -2), { open: 5 }), 6 + 900);
  });

  it('takes an open segment whose beginning is only good to a second for one that covers the end', () => {
    assert.equal(decide(20, closed(-20, -10, 0), { open: 7 }), 6 + 900);
  });

  it('gives a recorder that is gone three lengths to come back with what it left behind', () => {
    assert.equal(decide(10, closed(-20, -10, 0)), 36);
    assert.equal(decide(36, closed(-20, -10, 0)), 'cut');
    assert.equal(decide(30, closed(-20, -10, 0), { lastLife: 25 }), 55);
    assert.equal(decide(36, []), 'no-footage');
  });

  it('goes by the length that segments really have where it cannot see which one is open', () => {
    assert.equal(decide(40, closed(-65, -5)), 6 + 120);
    assert.equal(decide(126, closed(-65, -5)), 'cut');
  });

  it('learns nothing of footage from a time to come, recorded before the clock was set back', () => {
    assert.equal(decide(10, [segment(9000, 9600)], { open: 0 }), 6 + 900);
    assert.equal(decide(10, [segment(9000, 9600)]), 36);
  });
});
