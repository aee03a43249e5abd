import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Footage } from '../../../../nodes/lib/clip/plan/footage';
import { planClip, type ClipPlan } from '../../../../nodes/lib/clip/plan/plan';

interface Given {
  from: number;
  /** Seconds of video in the file. */
  length?: number;
  /** Seconds by which audio begins before video. */
  audioLead?: number;
  run?: string;
  measured?: boolean;
  format?: string;
  gop?: number;
}

/** Segments of one run, numbered in order, unless said otherwise; 10 s long, a key frame each second. */
function footageOf(...given: readonly Given[]): Footage[] {
  return given.map(
    ({ from, length = 10, audioLead = 0, run = 'a', measured = true, format = 'h264', gop = 1 }, number) => ({
      segment: {
        name: `seg_${Math.floor(from)}.mp4`,
        from,
        to: from + length,
        bytes: 1,
        run,
        number,
        measured,
      },
      media: {
        start: 0,
        firstFrame: audioLead,
        lastFrame: audioLead + length - 0.04,
        end: audioLead + length,
        keyFrames: Array.from({ length: Math.ceil(length / gop) }, (_, i) => audioLead + i * gop),
        format,
        width: 1280,
        height: 720,
      },
    }),
  );
}

function plan(from: number, to: number, footage: readonly Footage[], t0 = (from + to) / 2): ClipPlan {
  const found = planClip({ from, to }, t0, footage);
  assert.ok(found, 'there is footage');
  return found;
}

function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-6, `${actual} instead of ${expected}`);
}

describe('planClip', () => {
  it('begins at the key frame before the window and ends with it', () => {
    const { achieved, parts, duration, t0Offset } = plan(
      1003.4,
      1015.5,
      footageOf({ from: 1000 }, { from: 1010 }),
    );

    assert.deepEqual(achieved, { from: 1003, to: 1015.5 });
    near(duration, 12.5);
    near(t0Offset, 1009.45 - 1003);
    assert.deepEqual(
      parts.map(({ inpoint, outpoint }) => [inpoint, outpoint]),
      [
        [3, undefined],
        [undefined, 5.5],
      ],
    );
    near(parts[1].shift, 7);
  });

  it('takes a long GOP whole rather than start late', () => {
    assert.equal(plan(1009, 1012, footageOf({ from: 1000, gop: 10 }, { from: 1010 })).achieved.from, 1000);
  });

  it('sees no gap where one run had no frame for a moment, and keeps the moment', () => {
    const uneven = footageOf({ from: 1000 }, { from: 1010.3 }, { from: 1020.3 });
    const { gaps, duration, parts } = plan(1000, 1030.3, uneven);

    assert.deepEqual(gaps, []);
    near(duration, 30.3);
    near(parts[1].shift, 10.3);
  });

  it('sees no gap between segments of one run whose times jitter', () => {
    const jittered = footageOf({ from: 1000 }, { from: 1009.7 }, { from: 1019.5 });
    const { gaps, duration } = plan(1000, 1029.5, jittered);

    assert.deepEqual(gaps, []);
    near(duration, 30);
  });

  it('keeps a gap at its true length', () => {
    const { gaps, duration, parts, t0Offset } = plan(
      1000,
      1040,
      footageOf({ from: 1000 }, { from: 1030 }),
      1035,
    );

    assert.deepEqual(gaps, [{ from: 1010, to: 1030 }]);
    near(duration, 40);
    near(parts[1].shift, 30);
    near(t0Offset, 35);
  });

  it('trusts measured times of two runs more than times read from names', () => {
    const between = (measured: boolean) =>
      plan(1000, 1020, footageOf({ from: 1000, measured }, { from: 1011, run: 'b', measured })).gaps.length;

    assert.equal(between(true), 1);
    assert.equal(between(false), 0);
  });

  it('lists the rest of a segment that breaks off as a gap', () => {
    const { gaps, duration } = plan(1000, 1020, footageOf({ from: 1000, length: 4 }, { from: 1010 }));

    assert.deepEqual(gaps, [{ from: 1004, to: 1010 }]);
    near(duration, 20);
  });

  it('never lets frames overlap when the clock was set back between two runs', () => {
    const { parts, gaps } = plan(1000, 1020, footageOf({ from: 1000 }, { from: 1006, run: 'b' }));

    near(parts[1].shift, 10);
    assert.deepEqual(gaps, []);
  });

  it('puts video frames right when audio begins before them', () => {
    const { parts } = plan(
      1000,
      1030,
      footageOf({ from: 1000 }, { from: 1010, audioLead: 0.128 }, { from: 1020 }),
    );

    near(parts[1].shift, 10 - 0.128);
    near(parts[2].shift, 20);
  });

  it('knows no T0 outside what it shows', () => {
    assert.equal(plan(990, 1010, footageOf({ from: 1000 }), 995).t0Offset, undefined);
  });

  it('plans nothing without footage', () => {
    assert.equal(planClip({ from: 2000, to: 2010 }, 2005, footageOf({ from: 1000 })), undefined);
    assert.equal(planClip({ from: 2000, to: 2010 }, 2005, []), undefined);
  });
});
