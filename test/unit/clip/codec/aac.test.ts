import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aacSettings, silentFrame } from '../../../../nodes/lib/clip/codec/aac';
import { box, fullBox, listBox, zeros } from '../../../../nodes/lib/clip/mp4/boxes';

function descriptor(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, body.length), body]);
}

/** `stsd` of a sound track with this AudioSpecificConfig. */
function descriptionOf(config: string, entry = 'mp4a'): Buffer {
  const decoder = descriptor(4, zeros(13), descriptor(5, Buffer.from(config, 'hex')));
  const esds = fullBox('esds', [0, 0], descriptor(3, zeros(3), decoder));
  return listBox('stsd', 0, [box(entry, zeros(28), esds)]);
}

describe('aacSettings', () => {
  it('reads AAC-LC, mono of 16 kHz', () => {
    const config = Buffer.from('1408', 'hex');
    assert.deepEqual(aacSettings(descriptionOf('1408')), { config, objectType: 2, channels: 1 });
  });

  it('takes lengths of several bytes, as ffmpeg writes them', () => {
    const ffmpeg =
      '0000007e7374736400000000000000010000006e6d7034610000000000000001000000000000000000020010000000003e80' +
      '000000000036657364730000000003808080250001000480808017401500000000010d880000027f0580808005140856e500' +
      '06808080010200000014627472740000000000010d880000027f';
    const settings = aacSettings(Buffer.from(ffmpeg, 'hex'));
    assert.deepEqual(settings, { config: Buffer.from('140856e500', 'hex'), objectType: 2, channels: 1 });
  });

  it('knows HE-AAC by its own object type, and has no silence for it', () => {
    const settings = aacSettings(descriptionOf('2b11880000'));
    assert.equal(settings?.objectType, 5);
    assert.equal(silentFrame(settings), undefined);
  });

  it('knows nothing of other sound, or of AAC that says nothing', () => {
    assert.equal(aacSettings(descriptionOf('1408', 'ulaw')), undefined);
    assert.equal(aacSettings(descriptionOf('14')), undefined);
    assert.equal(aacSettings(listBox('stsd', 0, [box('mp4a', zeros(28))])), undefined);
  });
});

describe('silentFrame', () => {
  it('has mono and stereo of AAC-LC, no more', () => {
    const frame = (objectType: number, channels: number) =>
      silentFrame({ config: zeros(2), objectType, channels })?.toString('hex');
    assert.deepEqual([frame(2, 1), frame(2, 2)], ['00c800802380', '210049900219002380']);
    assert.deepEqual([frame(2, 6), frame(5, 1)], [undefined, undefined]);
  });
});
