import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partsBetween, planPicture, type PictureSpan } from '../../../../nodes/lib/clip/plan/spans';
import { joinablePart, type PartOptions } from '../../../support/footage/clip-part';

const COPY = { begin: 0, end: 20, exact: false };
const EXACT = { begin: 1.3, end: 18.6, exact: true };

/** Segments of 10 s behind each other. */
function partsOf(...given: readonly PartOptions[]) {
  return given.map((options, number) => joinablePart({ number, ...options }));
}

function shown(spans: readonly PictureSpan[]): string[] {
  return spans.map(({ copied, from, to }) => `${copied ? 'copy' : 'encode'} ${from}-${to}`);
}

describe('planPicture', () => {
  it('copies footage of one kind', () => {
    const { spans, model } = planPicture(partsOf({}, {}), COPY);
    assert.deepEqual(shown(spans), ['copy 0-20']);
    assert.equal(model?.segment.name, 'seg_1000.mp4');
  });

  it('encodes the beginning of an exact clip as far as the next key frame', () => {
    assert.deepEqual(shown(planPicture(partsOf({}, { outpoint: 8.6 }), EXACT).spans), [
      'encode 1.3-2',
      'copy 2-18.6',
    ]);
  });

  it('encodes its end too where pictures are decoded in another order', () => {
    const parts = partsOf({ reordered: true }, { reordered: true, outpoint: 8.6 });
    assert.deepEqual(shown(planPicture(parts, EXACT).spans), ['encode 1.3-2', 'copy 2-18', 'encode 18-18.6']);
  });

  it('encodes the smaller kind beside the larger one', () => {
    const parts = partsOf({ width: 640, height: 360, format: 'small' }, { width: 1280, height: 720 });
    const { spans, size } = planPicture(parts, COPY);
    assert.deepEqual(shown(spans), ['encode 0-10', 'copy 10-20']);
    assert.equal(size.width, 1280);
  });

  it('encodes all of what is turned in several ways, as large as it is shown', () => {
    const turned = `00000000${'0'.repeat(64)}`;
    const parts = partsOf(
      { width: 640, height: 361 },
      { matrix: turned, width: 640, height: 361, format: 't' },
    );
    const { spans, size } = planPicture(parts, COPY);
    // The upright kind is the model here; the turned one the other.
    assert.deepEqual(shown(spans), ['copy 0-10', 'encode 10-20']);
    assert.deepEqual([size.width, size.height], [640, 361]);
    const all = planPicture(parts, { ...COPY, encode: 'all' });
    assert.deepEqual(shown(all.spans), ['encode 0-10', 'encode 10-20']);
    assert.deepEqual(all.size, { width: 640, height: 640 });
  });

  it('encodes all where another codec needs one encoded piece', () => {
    const parts = partsOf({ codec: 'hevc' }, { codec: 'hevc', outpoint: 8.6 });
    assert.deepEqual(shown(planPicture(parts, EXACT).spans), ['encode 1.3-18.6']);
  });

  describe('with open GOPs', () => {
    const led = [0, 2, 4, 6, 8];
    const open = { led, closed: [], reordered: true };

    it('copies H.264 only when it decodes from there', () => {
      const spans = (opensCleanly: boolean) =>
        planPicture(partsOf(open, open), { ...COPY, opensCleanly }).spans;
      assert.deepEqual(shown(spans(true)), ['copy 0-20']);
      assert.deepEqual(shown(spans(false)), ['encode 0-20']);
    });

    it('copies HEVC, which names the pictures that cannot be decoded', () => {
      const hevc = { ...open, codec: 'hevc', closed: led };
      assert.deepEqual(shown(planPicture(partsOf(hevc, hevc), COPY).spans), ['copy 0-20']);
    });

    it('encodes those of a later run', () => {
      const parts = partsOf({}, { ...open, run: 'b' });
      assert.deepEqual(shown(planPicture(parts, { ...COPY, opensCleanly: true }).spans), [
        'copy 0-10',
        'encode 10-20',
      ]);
    });
  });
});

describe('partsBetween', () => {
  it('takes each part from and to where the span takes it up', () => {
    const found = partsBetween(partsOf({}, {}, {}), { from: 4, to: 16 });
    assert.deepEqual(
      found.map(({ segment, inpoint, outpoint }) => [segment.number, inpoint, outpoint]),
      [
        [0, 4, undefined],
        [1, undefined, 6],
      ],
    );
  });

  it('begins with the key frame before, from which a picture is decoded', () => {
    const [{ inpoint }] = partsBetween(partsOf({}), { from: 5.3, to: 9 });
    assert.equal(inpoint, 4);
  });
});
