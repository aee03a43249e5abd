import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasPresentationTimes } from '../../../../nodes/lib/recording/times/presentation-times';
import { systemClock as clock } from '../../../../nodes/lib/time/clock';
import { numberedFilm } from '../../../support/footage/numbered-footage';

const { signal } = new AbortController();

describe('hasPresentationTimes', () => {
  const films = [
    ['avi', 3, false],
    ['avi', 0, true],
    ['mp4', 3, true],
  ] as const;
  for (const [container, bFrames, expected] of films)
    it(`is ${expected} for H.264 with ${bFrames} B-frames in ${container}`, async () => {
      const url = await numberedFilm(container, { seconds: 8, bFrames });
      assert.equal(await hasPresentationTimes({ url }, { clock, signal }), expected);
    });
});
