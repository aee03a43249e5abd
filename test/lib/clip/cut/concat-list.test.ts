import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clipMetadata, concatList } from '../../../../nodes/lib/clip/cut/concat-list';
import type { ClipPart } from '../../../../nodes/lib/clip/plan/plan';

const segment = { name: 'seg_1000.mp4', from: 1000, to: 1010, bytes: 1, run: 'a', number: 0, measured: true };

describe('concatList', () => {
  it('says where each file begins, ends, and when the next one comes', () => {
    const parts: ClipPart[] = [
      { segment, inpoint: 3, outpoint: undefined, duration: 7, shift: 0 },
      { segment, inpoint: undefined, outpoint: 5.5, duration: 5.5, shift: 0 },
    ];

    assert.equal(
      concatList('/rec', parts),
      [
        'ffconcat version 1.0',
        "file 'file:/rec/seg_1000.mp4'",
        'inpoint 3.000000',
        'duration 7.000000',
        "file 'file:/rec/seg_1000.mp4'",
        'outpoint 5.500000',
        'duration 5.500000',
        '',
      ].join('\n'),
    );
  });

  it('quotes a directory that could end the quotes', () => {
    const part = { segment, inpoint: undefined, outpoint: undefined, duration: 10, shift: 0 };

    assert.match(concatList("/it's here", [part]), /^file 'file:\/it'\\''s here\/seg_1000.mp4'$/m);
  });
});

describe('clipMetadata', () => {
  it('marks T0 with a chapter', () => {
    assert.equal(
      clipMetadata(1000, 8.1234, 14),
      [
        ';FFMETADATA1\ncreation_time=1970-01-01T00:16:40.000Z',
        '[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=8123\ntitle=pre-roll',
        '[CHAPTER]\nTIMEBASE=1/1000\nSTART=8123\nEND=14000\ntitle=T0\n',
      ].join('\n'),
    );
  });

  it('marks nothing when the clip does not reach T0', () => {
    assert.ok(!clipMetadata(1000, undefined, 14).includes('CHAPTER'));
  });
});
