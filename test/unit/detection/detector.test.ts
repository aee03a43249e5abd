import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { arrival, Detector } from '../../../nodes/lib/detection/detector';
import { SEED_SETTINGS } from '../../../nodes/lib/detection/rules/default-settings';
import { atEnd } from '../../support/at-end';
import { FakeClock } from '../../support/fake-clock';
import { picture, RED } from './pictures';

/** A detector that raises fire after so many red frames, and a way to let it analyse one. */
function started(t: TestContext, fireFrames: number) {
  const clock = new FakeClock();
  const rules = { mode: 'seed', ...SEED_SETTINGS, fireFrames } as const;
  const detector = new Detector({ clock, worker: { engine: 'builtin', rules } });
  atEnd(t, () => detector.end());
  const analyseRed = async () => {
    const detection = await detector.analyse({ ...picture(8, 6, () => RED), channels: 3 }, arrival(clock));
    return detection.events.map(({ type }) => type);
  };
  return { detector, analyseRed };
}

describe('Detector', () => {
  it('starts afresh when it is rearmed', async (t) => {
    const { detector, analyseRed } = started(t, 2);
    assert.deepEqual(await analyseRed(), []);
    detector.rearm();
    assert.deepEqual(await analyseRed(), []);
    assert.deepEqual(await analyseRed(), ['fire']);
  });

  it('raises nothing for frames that were on their way when it was rearmed', async (t) => {
    const { detector, analyseRed } = started(t, 1);
    const onItsWay = analyseRed();
    detector.rearm();
    assert.deepEqual(await onItsWay, []);
    assert.deepEqual(await analyseRed(), ['fire']);
  });

  it('starts afresh when its thread ended', async (t) => {
    const { detector, analyseRed } = started(t, 2);
    await analyseRed();
    await detector.end();
    assert.deepEqual(await analyseRed(), []);
    assert.deepEqual(await analyseRed(), ['fire']);
  });
});
