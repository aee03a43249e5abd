import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logIntake, logStage } from '../../../nodes/lib/node-red/alert-stages';
import { FakeClock } from '../../support/fake-clock';

function logger(logsDebug: boolean) {
  const lines: string[] = [];
  const clock = new FakeClock(1000);
  return { lines, node: { clock, logsDebug, debug: (text: string) => void lines.push(text) } };
}

/** Closed 2 ms ago, and taken since. */
function timesAt(clock: FakeClock) {
  const now = clock.monotonic();
  return { modified: clock.now() - 0.002, seen: now - 0.0015, read: now - 0.001, claimed: now };
}

describe('the stages of an alert', () => {
  it('are logged with the time since the file was closed, after the way is done', async () => {
    const { lines, node } = logger(true);
    logIntake(node, 'a.json', timesAt(node.clock));
    await node.clock.advance(0.001);
    logStage(node, { event: { file: 'a.json' } }, 'issued');
    logStage(node, { event: { file: 'a.json' } }, 'sent', node.clock.monotonic() + 0.001);
    logStage(node, { event: { file: 'other.json' } }, 'sent');
    logStage(node, {}, 'sent');
    assert.deepEqual(lines, []);
    await node.clock.advance(1);
    assert.deepEqual(
      lines,
      ['seen 0.500', 'read 1.000', 'claimed 2.000', 'issued 3.000', 'sent 4.000'].map(
        (stage) => `a.json: ${stage} ms after the file was closed`,
      ),
    );
  });

  it('escape what names of files may hold', async () => {
    const { lines, node } = logger(true);
    logIntake(node, 'a\n[error].json', timesAt(node.clock));
    await node.clock.advance(1);
    assert.ok(lines.every((line) => line.startsWith('a\\n[error].json: ')));
  });

  it('cost nothing where nobody logs at debug level', () => {
    const { lines, node } = logger(false);
    const fail = () => assert.fail('the clock was asked');
    const off = { ...node, clock: { after: fail, now: fail, monotonic: fail } };
    logIntake(off, 'b.json', { modified: 1, seen: 1, read: 1, claimed: 1 });
    logStage(off, { event: { file: 'b.json' } }, 'issued');
    assert.deepEqual(lines, []);
  });
});
