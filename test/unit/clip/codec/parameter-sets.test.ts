import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { box, listBox, u16, zeros } from '../../../../nodes/lib/clip/mp4/boxes';
import {
  bringsSettings,
  decoderSettings,
  effectiveSets,
  entryBox,
  pictureHead,
  sampleEntry,
  sequenceSet,
  type DecoderSettings,
} from '../../../../nodes/lib/clip/codec/parameter-sets';

const SPS = Buffer.of(0x67, 1, 2, 3);
const PPS = Buffer.of(0x68, 4);
const [VPS, HEVC_SPS, HEVC_PPS] = [32, 33, 34].map((type) => Buffer.of(type << 1, 1, type));

function withLength(unit: Buffer, bytes = 2): Buffer {
  const length = zeros(bytes);
  length.writeUIntBE(unit.length, 0, bytes);
  return Buffer.concat([length, unit]);
}

function avcC(sequence: readonly Buffer[], picture: readonly Buffer[], lengthBytes = 4): Buffer {
  const lists = [sequence, picture].map((units) => units.map((unit) => withLength(unit)));
  const head = Buffer.of(1, 100, 0, 12, 0xfc | (lengthBytes - 1), 0xe0 | sequence.length);
  return box('avcC', head, ...lists[0], Buffer.of(picture.length), ...lists[1]);
}

function hvcC(...units: readonly Buffer[]): Buffer {
  const arrays = units.map((unit) =>
    Buffer.concat([Buffer.of(0x80 | (unit[0] >> 1)), u16(1), withLength(unit)]),
  );
  return box('hvcC', zeros(21), Buffer.of(3, units.length), ...arrays);
}

function descriptionOf(entry: string, ...boxes: readonly Buffer[]): Buffer {
  return listBox('stsd', 0, [box(entry, zeros(78), ...boxes)]);
}

function sample(...units: readonly Buffer[]): Buffer {
  return Buffer.concat(units.map((unit) => withLength(unit, 4)));
}

const H264: DecoderSettings = { codec: 'h264', lengthBytes: 4, sets: [] };
const HEVC: DecoderSettings = { codec: 'hevc', lengthBytes: 4, sets: [] };

describe('decoderSettings', () => {
  it('reads the parameter sets of H.264 and their length fields', () => {
    const description = descriptionOf('avc1', box('pasp', zeros(8)), avcC([SPS], [PPS], 2));
    assert.equal(sampleEntry(description), 'avc1');
    assert.deepEqual(decoderSettings(description), { codec: 'h264', lengthBytes: 2, sets: [SPS, PPS] });
  });

  it('reads an avcC without any, as avc3 may have it', () => {
    assert.deepEqual(decoderSettings(descriptionOf('avc3', avcC([], []))), {
      codec: 'h264',
      lengthBytes: 4,
      sets: [],
    });
  });

  it('reads those of HEVC, but no other units', () => {
    const sei = Buffer.of(39 << 1, 1, 9);
    const description = descriptionOf('hvc1', hvcC(VPS, HEVC_SPS, HEVC_PPS, sei));
    assert.deepEqual(decoderSettings(description), {
      codec: 'hevc',
      lengthBytes: 4,
      sets: [VPS, HEVC_SPS, HEVC_PPS],
    });
  });

  it('knows nothing of other codecs, or without a record', () => {
    assert.equal(decoderSettings(descriptionOf('mp4v', avcC([SPS], [PPS]))), undefined);
    assert.equal(decoderSettings(descriptionOf('avc1')), undefined);
  });

  it('throws RangeError when a set breaks off', () => {
    const whole = avcC([SPS], [PPS]);
    const broken = box('avcC', whole.subarray(8, whole.length - 1));
    assert.throws(() => decoderSettings(descriptionOf('avc1', broken)), RangeError);
  });

  it('finds no box that claims more than the entry holds', () => {
    const description = descriptionOf('avc1', avcC([SPS], [PPS]));
    description.writeUInt32BE(1000, description.indexOf('avcC') - 4);
    assert.equal(entryBox(description, 'avcC'), undefined);
  });
});

describe('pictureHead', () => {
  const delimiter = Buffer.of(9, 0xf0);
  const idr = Buffer.of(0x65, 0x88);
  const intra = Buffer.of(0x41, 0x88);

  it('finds the sets before the first slice, and where others may stand', () => {
    const head = pictureHead(H264, sample(delimiter, SPS, PPS, idr));
    assert.deepEqual(head, { isEntry: true, sets: [SPS, PPS], setsAt: 6 });
  });

  it('does not take an I picture for an IDR', () => {
    assert.equal(pictureHead(H264, sample(intra))?.isEntry, false);
  });

  for (const [name, type, isEntry] of [
    ['BLA', 16, true],
    ['IDR', 19, true],
    ['CRA', 21, true],
    ['a trailing picture', 1, false],
  ] as const) {
    it(`${isEntry ? 'begins' : 'does not begin'} to decode HEVC at ${name}`, () => {
      assert.equal(pictureHead(HEVC, sample(Buffer.of(type << 1, 1, 0)))?.isEntry, isEntry);
    });
  }

  it('needs no more than the first byte of a slice, and says when that is not there', () => {
    const whole = sample(SPS, idr);
    assert.ok(pictureHead(H264, whole.subarray(0, 13)));
    for (const length of [0, 4, 7, 12]) assert.equal(pictureHead(H264, whole.subarray(0, length)), undefined);
  });
});

describe('sets in band', () => {
  it('make a picture independent when a sequence parameter set is among them', () => {
    assert.equal(bringsSettings(H264, [PPS]), false);
    assert.equal(bringsSettings(H264, [SPS, PPS]), true);
    assert.equal(bringsSettings(HEVC, [VPS, HEVC_SPS, HEVC_PPS]), true);
    assert.equal(sequenceSet('hevc', [VPS, HEVC_SPS]), HEVC_SPS);
    assert.equal(sequenceSet('h264', [PPS]), undefined);
  });

  it('count before those out of band of the same kind', () => {
    const decoder = { ...HEVC, sets: [VPS, HEVC_SPS, HEVC_PPS] };
    const other = Buffer.of(34 << 1, 9, 9);
    assert.deepEqual(effectiveSets(decoder, []), [VPS, HEVC_SPS, HEVC_PPS]);
    assert.deepEqual(effectiveSets(decoder, [other]), [VPS, HEVC_SPS, other]);
    assert.deepEqual(effectiveSets({ ...H264, sets: [SPS, PPS] }, [PPS, SPS]), [SPS, PPS]);
    assert.deepEqual(effectiveSets(decoder, [VPS, HEVC_SPS, VPS, HEVC_SPS]), [VPS, HEVC_SPS, HEVC_PPS]);
  });
});
