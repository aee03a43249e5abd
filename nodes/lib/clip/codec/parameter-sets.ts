/**
 * Decoder settings of H.264 and HEVC: in the sample entry (out of band), and in the samples themselves (in band).
 * ISO/IEC 14496-15, 5.3.3.1 (`avcC`) and 8.3.3.1 (`hvcC`); NAL units: ITU-T H.264 7.3.1 and H.265 7.3.1.2.
 */

/** What the sample entry of a track says about its decoder. */
export interface DecoderSettings {
  readonly codec: 'h264' | 'hevc';
  /** Bytes of the length before each NAL unit. */
  readonly lengthBytes: number;
  /** Parameter sets as NAL units, without length. */
  readonly sets: readonly Buffer[];
}

/** What a key picture begins with. */
export interface PictureHead {
  /** Whether decoding can begin here whatever came before: IDR, BLA or CRA; an I picture of an open GOP is none. */
  readonly isEntry: boolean;
  /** Parameter sets in band. */
  readonly sets: readonly Buffer[];
  /** Where in the sample parameter sets may be inserted: behind an access unit delimiter. */
  readonly setsAt: number;
}

/** Behind the headers of `stsd`: size, type, reserved fields, size of the picture (14496-12, 8.5.2 and 12.1.3). */
export const ENTRY_AT = 16;
const VISUAL_ENTRY_BYTES = 86;

const CODECS: ReadonlyMap<string, DecoderSettings['codec']> = new Map([
  ['avc1', 'h264'],
  ['avc3', 'h264'],
  ['hvc1', 'hevc'],
  ['hev1', 'hevc'],
]);

const NAL = {
  h264: { typeOf: (byte: number) => byte & 31, isSlice: (type: number) => type >= 1 && type <= 5 },
  hevc: { typeOf: (byte: number) => (byte >> 1) & 63, isSlice: (type: number) => type < 32 },
} as const;
/** SPS and PPS; VPS, SPS and PPS. */
const SETS = { h264: [7, 8], hevc: [32, 33, 34] } as const;
const DELIMITER = { h264: 9, hevc: 35 } as const;
const SPS = { h264: 7, hevc: 33 } as const;

/** The type of the sample entry, such as `avc1`. */
export function sampleEntry(description: Buffer): string {
  return description.toString('latin1', ENTRY_AT + 4, ENTRY_AT + 8);
}

/**
 * The body of a box in a video sample entry.
 * @returns undefined when it is not there
 */
export function entryBox(description: Buffer, type: string): Buffer | undefined {
  const end = Math.min(description.length, ENTRY_AT + description.readUInt32BE(ENTRY_AT));
  for (let at = ENTRY_AT + VISUAL_ENTRY_BYTES; at + 8 <= end;) {
    const size = description.readUInt32BE(at);
    if (size < 8 || at + size > end) return undefined;
    if (description.toString('latin1', at + 4, at + 8) === type)
      return description.subarray(at + 8, at + size);
    at += size;
  }
  return undefined;
}

/**
 * @param description the box `stsd` of a video track
 * @returns undefined for another codec
 * @throws RangeError when the settings are not whole
 */
export function decoderSettings(description: Buffer): DecoderSettings | undefined {
  const codec = CODECS.get(sampleEntry(description));
  const record = codec && entryBox(description, codec === 'h264' ? 'avcC' : 'hvcC');
  if (!record) return undefined;
  if (codec === 'h264') {
    const { sets, end } = nalUnits(record, 6, record.readUInt8(5) & 31);
    const pictures = nalUnits(record, end + 1, record.readUInt8(end)).sets;
    return { codec, lengthBytes: (record.readUInt8(4) & 3) + 1, sets: [...sets, ...pictures] };
  }
  const sets: Buffer[] = [];
  let at = 23;
  for (let array = 0; array < record.readUInt8(22); array += 1) {
    const kind = record.readUInt8(at) & 63;
    const found = nalUnits(record, at + 3, record.readUInt16BE(at + 1));
    if ((SETS.hevc as readonly number[]).includes(kind)) sets.push(...found.sets);
    at = found.end;
  }
  return { codec, lengthBytes: (record.readUInt8(21) & 3) + 1, sets };
}

function nalUnits(record: Buffer, start: number, count: number): { sets: Buffer[]; end: number } {
  const sets: Buffer[] = [];
  let at = start;
  for (let i = 0; i < count; i += 1) {
    const size = record.readUInt16BE(at);
    if (at + 2 + size > record.length) throw new RangeError('A parameter set is not whole');
    sets.push(record.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return { sets, end: at };
}

/**
 * Reads what a picture begins with, up to its first slice.
 * @param sample its bytes, or the first of them
 * @returns undefined when the bytes end before the first slice does begin
 */
export function pictureHead(
  { codec, lengthBytes }: DecoderSettings,
  sample: Buffer,
): PictureHead | undefined {
  const sets: Buffer[] = [];
  let setsAt = 0;
  for (let at = 0; at + lengthBytes < sample.length;) {
    const end = at + lengthBytes + sample.readUIntBE(at, lengthBytes);
    const type = NAL[codec].typeOf(sample.readUInt8(at + lengthBytes));
    if (NAL[codec].isSlice(type)) return { isEntry: isEntry(codec, type), sets, setsAt };
    if (end > sample.length) return undefined;
    if ((SETS[codec] as readonly number[]).includes(type)) sets.push(sample.subarray(at + lengthBytes, end));
    if (type === DELIMITER[codec]) setsAt = end;
    at = end;
  }
  return undefined;
}

/** H.264: IDR. HEVC: BLA, IDR and CRA (table 7-1); pictures that a CRA cannot decode are left out with their times. */
function isEntry(codec: DecoderSettings['codec'], type: number): boolean {
  return codec === 'h264' ? type === 5 : type >= 16 && type <= 21;
}

/** The sets that a picture is decoded with: of each kind those in band, or else those out of band. */
export function effectiveSets({ codec, sets }: DecoderSettings, inBand: readonly Buffer[]): Buffer[] {
  const isOf = (kind: number) => (unit: Buffer) =>
    unit.length > 0 && NAL[codec].typeOf(unit.readUInt8(0)) === kind;
  return SETS[codec].flatMap((kind) => {
    const own = inBand.filter(isOf(kind));
    const used = own.length > 0 ? own : sets.filter(isOf(kind));
    // Cameras send the same set more than once.
    return used.filter((unit, i) => used.findIndex((other) => other.equals(unit)) === i);
  });
}

/** Whether a picture with these sets in band needs none from elsewhere. */
export function bringsSettings({ codec }: DecoderSettings, sets: readonly Buffer[]): boolean {
  return sets.some((unit) => unit.length > 0 && NAL[codec].typeOf(unit.readUInt8(0)) === SPS[codec]);
}

/** The sequence parameter set. */
export function sequenceSet(codec: DecoderSettings['codec'], sets: readonly Buffer[]): Buffer | undefined {
  return sets.find((unit) => unit.length > 0 && NAL[codec].typeOf(unit.readUInt8(0)) === SPS[codec]);
}
