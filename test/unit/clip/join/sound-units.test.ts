import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SoundTimeline } from '../../../../nodes/lib/clip/join/sound-units';
import type { Track } from '../../../../nodes/lib/clip/mp4/media';

const NONE = Buffer.alloc(0);
const FRAMES_PER_SECOND = 10;
const NO_AAC: Track = {
  id: 2,
  kind: 'audio',
  timescale: FRAMES_PER_SECOND,
  offset: 0,
  description: Buffer.alloc(64),
  look: NONE,
  handler: NONE,
  information: [],
};

/** A second of sound, frame by frame. */
function secondFrom(from: number) {
  return Array.from({ length: FRAMES_PER_SECOND }, (_, i) => {
    const dts = from * FRAMES_PER_SECOND + i;
    return { dts, pts: dts, duration: 1, size: 4, key: true, at: 4 * dts };
  });
}

describe('SoundTimeline', () => {
  it('reports holes in sound of a format in which we cannot write silence', () => {
    const timeline = new SoundTimeline(NO_AAC, 6);
    const part = { name: 'a', path: 'a', shift: 0 };
    const units = timeline.add({ track: NO_AAC, runs: [secondFrom(1), secondFrom(4)] }, part);
    units.push(...timeline.finish());

    const places = timeline.silences.map(({ from, to }) => `${from.toFixed(1)}-${to.toFixed(1)}`);
    assert.deepEqual(places, ['0.0-1.0', '2.0-4.0', '5.0-6.0']);
    assert.equal(units.length, 2);
  });
});
