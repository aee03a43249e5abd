import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planSound, type SoundPlan } from '../../../../nodes/lib/clip/plan/sound';
import { joinablePart, type PartOptions } from '../../../support/footage/clip-part';

/** Segments of 10 s behind each other. */
function planned(given: readonly PartOptions[], hasGaps = false): SoundPlan {
  return planSound(
    given.map((options, number) => joinablePart({ number, ...options })),
    hasGaps,
  );
}

const heard = { sound: {} };
const g711 = { sound: { format: 'g711', canBeSilent: false } };

describe('planSound', () => {
  it('makes no sound of none', () => {
    assert.deepEqual(planned([{}, {}]), { method: 'none' });
  });

  it('copies sound of one format, and that which is missing in parts if silence can be put there', () => {
    assert.equal(planned([heard, heard]).method, 'copy');
    const { method, ...rest } = planned([{}, heard, {}]);
    assert.equal(method, 'copy');
    assert.deepEqual('parts' in rest && rest.parts.map(({ segment }) => segment.number), [1]);
  });

  it('copies what has no silence of its own only when nothing is missing', () => {
    assert.equal(planned([g711, g711]).method, 'copy');
    assert.equal(planned([g711, {}]).method, 'encode');
    assert.equal(planned([g711, g711], true).method, 'encode');
    assert.equal(planned([{ sound: { ...g711.sound, to: 9 } }, g711]).method, 'encode');
  });

  it('does not miss sound outside what the clip shows', () => {
    assert.equal(planned([g711, { sound: { ...g711.sound, to: 7 }, outpoint: 7.2 }]).method, 'copy');
  });

  it('encodes several formats, each stretch by itself', () => {
    const plan = planned([heard, heard, {}, g711]);
    assert.deepEqual(
      plan.method === 'encode' && plan.stretches.map(({ format, parts }) => [format, parts.length]),
      [
        ['aac', 2],
        [undefined, 1],
        ['g711', 1],
      ],
    );
  });
});
