import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock, type Clock } from '../../../../nodes/lib/time/clock';
import { cameraSource } from '../../../../nodes/lib/camera/source';
import { record } from '../../../../nodes/lib/recording/recorder';
import { Ring } from '../../../../nodes/lib/recording/ring/ring';
import type { Segment } from '../../../../nodes/lib/recording/segment';
import { atEnd } from '../../../support/at-end';
import { temporaryDirectory } from '../../../support/flow';

describe('a recorder whose wall clock is set', { concurrency: true }, () => {
  for (const step of [3600, -3600]) {
    it(`by ${step} s begins a new run at the new time, loses nothing and cuts nothing short`, async (t) => {
      let offset = 0;
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset };
      const retention = { maxAge: 0, maxBytes: 0, minFreeBytes: 0 };
      const directory = await temporaryDirectory(t);
      const ring = await Ring.open({ directory, segmentSeconds: 1, retention, clock, onError: unexpected });
      atEnd(t, () => ring.close());
      const stop = new AbortController();
      const segments: Segment[] = [];
      const onSegment = (segment: Segment) => {
        segments.push(segment);
        if (segments.length === 2) offset = step;
        if (segments.length === 5) stop.abort();
      };
      const hooks = { onSegment, onRecording: () => undefined, onWarning: unexpected };
      const begun = systemClock.monotonic();
      await record({ source: cameraSource({ address: '' }), ring, clock, ...hooks }, stop.signal);
      const recorded = systemClock.monotonic() - begun;

      const [first, second, third, fourth] = segments;
      assert.deepEqual([first.run, first.to], [second.run, second.from]);
      assert.notEqual(third.run, second.run);
      assert.deepEqual([third.run, third.number, third.to], [fourth.run, 0, fourth.from]);
      assert.ok(
        Math.abs(third.from - second.to - step) < 0.25,
        `${third.from - second.to} s between the runs`,
      );
      assert.equal(new Set(segments.map(({ name }) => name)).size, segments.length);
      const length = segments.reduce((sum, { from, to }) => sum + to - from, 0);
      assert.ok(
        length <= recorded && segments.slice(0, 5).every(({ from, to }) => Math.abs(to - from - 1) < 0.3),
      );
    });
  }
});

function unexpected(what: unknown): void {
  throw new Error(String(what));
}
