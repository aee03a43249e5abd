import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stallSeconds } from '../../../../nodes/lib/detection/frames/camera-frames';

describe('how long a camera may give no frame', () => {
  it('is 10 s, and longer when its frames are further apart', () => {
    assert.deepEqual([60, 10, 1, 0.3, 0.13, 0.1].map(stallSeconds), [10, 10, 10, 10, 24, 30]);
  });
});
