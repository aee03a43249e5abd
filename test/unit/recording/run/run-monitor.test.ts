import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunMonitor, type RunEnd, type SoundPlan } from '../../../../nodes/lib/recording/run/run-monitor';

/** A run, second by second: what comes in it and how much is written. */
class Run {
  readonly monitor: RunMonitor;
  private written = 0;

  constructor(sound: SoundPlan = 'none', isSettled = false) {
    this.monitor = new RunMonitor(sound, isSettled);
  }

  /**
   * @param comes `K` a key frame, `p` another picture, `s` sound, `w` something is written
   * @returns why the run ended, and in which second
   */
  seconds(count: number, comes: string): [RunEnd, number] | undefined {
    for (let second = 1; second <= count; second++) {
      for (const what of comes) {
        if (what === 's') this.monitor.soundPacket();
        else if (what === 'w') this.written += 1;
        else this.monitor.picture(what === 'K');
      }
      const end = this.monitor.second(String(this.written));
      if (end) return [end, second];
    }
    return undefined;
  }
}

describe('RunMonitor', () => {
  it('goes on while packets come, and says that it waits for a key frame', () => {
    const run = new Run();
    assert.equal(run.seconds(400, 'p'), undefined);
    assert.equal(run.monitor.missing, 'key-frame');
    run.seconds(1, 'Kw');
    assert.equal(run.monitor.missing, undefined);
  });

  it('ends when nothing comes for 15 s', () => {
    const run = new Run();
    run.seconds(5, 'Kw');
    assert.deepEqual(run.seconds(100, ''), ['stall', 15]);
  });

  it('lets ffmpeg wait for decoder settings before anything is logged', () => {
    assert.equal(new Run().seconds(100, ''), undefined);
    assert.deepEqual(new Run().seconds(200, ''), ['stall', 121]);
  });

  it('does not take sound for a picture', () => {
    const run = new Run('recorded');
    run.seconds(5, 'Ksw');
    assert.deepEqual(run.seconds(100, 'sw'), ['stall', 15]);
    assert.ok(run.monitor.hasOnlySound);
    assert.deepEqual(new Run('recorded').seconds(100, 's'), ['stall', 16]);
  });

  it('ends when pictures come and nothing is written', () => {
    const run = new Run();
    run.seconds(100, 'Kw');
    assert.deepEqual(run.seconds(100, 'K'), ['unwritten', 30]);
  });

  it('gives up sound that does not come', () => {
    const run = new Run('recorded');
    assert.deepEqual(run.seconds(100, 'Kw'), ['sound', 20]);
  });

  it('goes on when sound stops, and says so', () => {
    const run = new Run('recorded');
    run.seconds(5, 'Ksw');
    assert.equal(run.seconds(100, 'Kw'), undefined);
    assert.equal(run.monitor.missing, 'sound');
    run.seconds(1, 'Ksw');
    assert.equal(run.monitor.missing, undefined);
  });

  it('ends for sound that comes late and stays, once', () => {
    const run = new Run('awaited');
    run.seconds(20, 'Kw');
    assert.equal(run.monitor.missing, 'sound');
    assert.deepEqual(run.seconds(20, 'Kws'), ['sound', 3]);
    const settled = new Run('awaited', true);
    assert.equal(settled.seconds(40, 'Kws'), undefined);
    assert.equal(settled.monitor.missing, 'sound');
  });

  it('does not end for sound where the next key frame may be far', () => {
    const run = new Run('awaited');
    run.seconds(1, 'Kw');
    assert.equal(run.seconds(30, 'pws'), undefined);
    run.seconds(1, 'Kws');
    assert.equal(run.seconds(5, 'pws'), undefined);
  });
});
