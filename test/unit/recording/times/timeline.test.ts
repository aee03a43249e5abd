import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunTimeline, type SegmentSpan } from '../../../../nodes/lib/recording/times/timeline';
import { FakeClock } from '../../../support/fake-clock';

const START = 1_700_000_000;

/** A camera of one frame a second and segments of ten seconds, each frame seen with a delay. */
class Camera {
  readonly clock = new FakeClock(START);
  readonly timeline = new RunTimeline(this.clock);
  private pts = 0;

  /** Lets frames come up to a time stamp. */
  async playTo(end: number, delay: (pts: number) => number = () => 0): Promise<void> {
    for (; this.pts <= end; this.pts++) {
      await this.clock.advance(Math.max(0, this.pts + delay(this.pts) - this.clock.monotonic()));
      this.timeline.frame({ dts: this.pts, pts: this.pts });
    }
  }

  async segment(number: number, delay?: (pts: number) => number): Promise<SegmentSpan> {
    await this.playTo(10 * (number + 1), delay);
    return this.timeline.close(10 * number, 10 * (number + 1));
  }
}

const near = (actual: number | undefined, expected: number, tolerance = 1e-6) => {
  assert.ok(
    Math.abs((actual ?? NaN) - expected) < tolerance,
    `${(actual ?? NaN) - START} is not ${expected - START}`,
  );
};

describe('RunTimeline', () => {
  it('takes the least delayed frame, and makes segments join exactly', async () => {
    const camera = new Camera();
    const delays = (pts: number) => (pts === 4 ? 0.05 : 0.3 + (pts % 7) / 10);
    const spans = [];
    for (const number of [0, 1, 2]) spans.push(await camera.segment(number, delays));
    near(spans[0]?.from, START + 0.05);
    near(spans[2]?.to, START + 30.05);
    assert.deepEqual([spans[1]?.from, spans[2]?.from], [spans[0]?.to, spans[1]?.to]);
    assert.ok(spans.every(({ stepped }) => !stepped));
  });

  it('takes a frame that is held back for come when the one before it was told', async () => {
    const clock = new FakeClock(START);
    const timeline = new RunTimeline(clock, true);
    // Five frames a second come 0.02 s late, and each is told with the next one; the second has no time stamp.
    for (let frame = 0; frame <= 10; frame++) {
      await clock.advance(0.2 * (frame + 1) + 0.02 - clock.monotonic());
      const stamp = 0.2 * frame;
      timeline.frame(frame === 1 ? undefined : { dts: stamp, pts: stamp });
    }
    near(timeline.close(0, 2).from, START + 0.02);
  });

  it('keeps the time in which no frame came between two segments', async () => {
    const camera = new Camera();
    await camera.segment(0);
    await camera.playTo(20);
    near(camera.timeline.close(10.08, 20).from, START + 10.08);
    await camera.playTo(30);
    const { to } = camera.timeline.close(20.001, 30);
    near(to, START + 30);
    near(camera.timeline.close(30.001, 40).from, to);
  });

  it('follows a camera whose clock is slow', async () => {
    const camera = new Camera();
    let span;
    for (let number = 0; number < 360; number++) span = await camera.segment(number, (pts) => pts * 100e-6);
    near(span?.to, camera.clock.now(), 0.05);
  });

  for (const step of [3600, -3600, 1]) {
    it(`sees a wall clock that steps by ${step} s, and goes on by the new one`, async () => {
      const camera = new Camera();
      await camera.segment(0);
      camera.clock.stepWallClock(step);
      const span = await camera.segment(1);
      assert.ok(span.stepped);
      near(span.from, START + 10 + step);
      near(span.to, START + 20 + step);
      assert.equal((await camera.segment(2)).stepped, false);
    });
  }

  it('takes frames that come late in a burst for what they are', async () => {
    const camera = new Camera();
    await camera.segment(0);
    const span = await camera.segment(1, (pts) => (pts < 18 ? 18 - pts : 0));
    assert.equal(camera.timeline.jumpedAfter, undefined);
    near(span.to, START + 20);
  });

  it('sees time stamps that jump ahead, and ends with the last good one', async () => {
    const camera = new Camera();
    await camera.segment(0);
    await camera.playTo(14);
    camera.timeline.frame({ dts: 3615, pts: 3615 });
    assert.equal(camera.timeline.jumpedAfter, 14);
    near(camera.timeline.close(10, 3615).to, START + 14);
  });

  it('sees time stamps that went back, also when ffmpeg has pushed them forward', async () => {
    const back = new Camera();
    await back.playTo(14);
    back.timeline.frame({ dts: 5, pts: 5 });
    assert.equal(back.timeline.jumpedAfter, 14);

    const pushed = new Camera();
    await pushed.playTo(14);
    for (let frame = 1; frame <= 10; frame++) pushed.timeline.frame({ dts: 14 + frame / 90_000, pts: 14 });
    assert.ok(pushed.timeline.jumpedAfter !== undefined);
  });
});
