import { ENTRY_AT } from './parameter-sets';

/** How the AAC of a track is to be decoded (ISO/IEC 14496-3, 1.6.2.1). */
export interface AacSettings {
  /** The AudioSpecificConfig. */
  readonly config: Buffer;
  /** 2 is AAC-LC. */
  readonly objectType: number;
  readonly channels: number;
}

/**
 * Frames of AAC-LC that decode to silence: one channel element or a pair, its spectrum empty, and the end of the frame
 * (ISO/IEC 14496-3, 4.4.2.1).
 */
const SILENT_FRAMES: ReadonlyMap<number, Buffer> = new Map([
  [1, Buffer.from('00c8008023' + '80', 'hex')],
  [2, Buffer.from('2100499002190023' + '80', 'hex')],
]);

/** Tags of the descriptors in `esds` (ISO/IEC 14496-1, 7.2.2.1). */
const DECODER_SPECIFIC = 5;

/**
 * Reads the AudioSpecificConfig of a sound track.
 * @param description the box `stsd`
 * @returns undefined when it is not AAC
 */
export function aacSettings(description: Buffer): AacSettings | undefined {
  if (description.toString('latin1', ENTRY_AT + 4, ENTRY_AT + 8) !== 'mp4a') return undefined;
  const esds = description.indexOf('esds', ENTRY_AT, 'latin1') + 4;
  const config = esds < 4 ? undefined : descriptor(description.subarray(esds + 4), DECODER_SPECIFIC);
  if (!config || config.length < 2) return undefined;
  return { config, objectType: config.readUInt8(0) >> 3, channels: (config.readUInt8(1) >> 3) & 15 };
}

/** Looks into ES_Descriptor (3) and DecoderConfigDescriptor (4) for one with the tag. */
function descriptor(data: Buffer, wanted: number): Buffer | undefined {
  for (let at = 0; at < data.length;) {
    const tag = data[at];
    let length = 0;
    let body = at + 1;
    for (let more = true; more && body < data.length; body += 1) {
      const byte = data.readUInt8(body);
      length = length * 128 + (byte & 127);
      more = (byte & 128) !== 0;
    }
    const end = Math.min(body + length, data.length);
    if (tag === wanted) return data.subarray(body, end);
    const inner = tag === 3 ? 3 : tag === 4 ? 13 : undefined;
    const found = inner === undefined ? undefined : descriptor(data.subarray(body + inner, end), wanted);
    if (found) return found;
    at = end;
  }
  return undefined;
}

/** A frame that decodes to silence; undefined when none is known for these settings. */
export function silentFrame({ objectType, channels }: AacSettings): Buffer | undefined {
  return objectType === 2 ? SILENT_FRAMES.get(channels) : undefined;
}
