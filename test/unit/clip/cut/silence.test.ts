import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silenceNotes } from '../../../../nodes/lib/clip/cut/silence';

describe('silenceNotes', () => {
  it('says nothing of a gap in the footage, where there is no picture either', () => {
    assert.deepEqual(silenceNotes([{ from: 3, to: 9 }], [{ from: 3.2, to: 9.1 }]), []);
  });

  it('names the silence before and after a gap, however long the gap is', () => {
    assert.deepEqual(silenceNotes([{ from: 0, to: 14 }], [{ from: 3.5, to: 10 }]), [
      'No audio was recorded for 7.5 s; the clip is silent at 0.0-3.5 s, 10.0-14.0 s',
    ]);
  });

  it('names three places', () => {
    const silences = [8, 0, 4, 12].map((from) => ({ from, to: from + 1 }));
    assert.deepEqual(silenceNotes(silences, []), [
      'No audio was recorded for 4.0 s; the clip is silent at 0.0-1.0 s, 4.0-5.0 s, 8.0-9.0 s and later',
    ]);
  });
});
