import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextAttempt, type Attempt } from '../../../../nodes/lib/clip/cut/attempt';
import { ToolError, V2xError } from '../../../../nodes/lib/errors';
import { joinablePart } from '../../../support/footage/clip-part';

const REFUSED = new ToolError('ffmpeg', 'ffmpeg failed (exit code 1): Unknown encoder', 1, undefined);
const FOOTAGE = Array.from({ length: 6 }, (_, number) =>
  joinablePart({ number, format: number < 2 ? 'hevc' : 'h264' }),
);
const FIRST: Attempt = { footage: FOOTAGE, exact: true, encode: 'needed', notes: [], brokeOff: 0 };
const T0 = 1035;

const named = (code: 'segment' | 'clip-length', name: string) =>
  new V2xError(code, 'broken', { segment: name });
const namesOf = ({ footage }: Attempt) => footage.map(({ segment }) => segment.name);

/** All attempts while each fails in the same way. */
function attempts(errorOf: (attempt: Attempt) => Error): Attempt[] {
  const made = [FIRST];
  for (let next: Attempt | undefined = FIRST; next && made.length < 100;) {
    next = nextAttempt(next, errorOf(next), T0);
    if (next) made.push(next);
  }
  return made;
}

describe('nextAttempt', () => {
  it('copies what is of the kind of T0 when ffmpeg cannot encode, and gives up when that fails too', () => {
    const [, second, ...more] = attempts(() => REFUSED);
    assert.deepEqual(more, []);
    assert.deepEqual([second.encode, second.exact], ['none', false]);
    assert.deepEqual(
      namesOf(second),
      FOOTAGE.slice(2).map(({ segment }) => segment.name),
    );
    assert.match(second.notes.join('; '), /could not encode.*seg_1000\.mp4 has a different format.*seg_1010/);
  });

  it('leaves out every segment that cannot be read, until none is left', () => {
    const made = attempts(({ footage }) => named('segment', footage.at(0)?.segment.name ?? ''));
    const lefts = made.filter(({ encode }) => encode === 'needed').map(({ footage }) => footage.length);
    assert.deepEqual(lefts, [6, 5, 4, 3, 2, 1, 0]);
    assert.match(made[1].notes[0], /^seg_1000\.mp4 cannot be read completely and is left out$/);
  });

  it('encodes everything once when clips keep breaking off', () => {
    const made = attempts(({ footage }) => named('clip-length', footage[0].segment.name));
    assert.deepEqual(
      made.map(({ encode, footage }) => `${encode} ${footage.length}`),
      ['needed 6', 'needed 5', 'needed 4', 'needed 3', 'all 3'],
    );
  });

  it('leaves to the next try of the job what may pass: a full disk, a killed ffmpeg', () => {
    const full = new ToolError('ffmpeg', 'ffmpeg failed: No space left on device', 1, undefined);
    const killed = new ToolError('ffmpeg', 'ffmpeg failed (ended by SIGKILL)', undefined, 'SIGKILL');
    for (const error of [full, killed, new Error('other')])
      assert.equal(nextAttempt(FIRST, error, T0), undefined);
  });
});
