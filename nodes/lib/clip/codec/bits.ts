/** The payload of a NAL unit, in which the bytes 0 0 3 stand for 0 0 (ITU-T H.264, 7.3.1). */
export function unescaped(unit: Buffer): Buffer {
  const payload = Buffer.allocUnsafe(unit.length);
  let length = 0;
  for (const [i, byte] of unit.entries()) {
    if (byte !== 3 || i < 2 || unit[i - 1] !== 0 || unit[i - 2] !== 0) payload[length++] = byte;
  }
  return payload.subarray(0, length);
}

/** The other way: no three bytes look like the start of a NAL unit (7.4.1). */
export function escaped(payload: Buffer): Buffer {
  const unit: number[] = [];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros === 2 && byte <= 3) {
      unit.push(3);
      zeros = 0;
    }
    unit.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(unit);
}

/** Reads bits of the payload of a NAL unit. */
export class BitReader {
  /** Bits that have been read. */
  at = 0;

  constructor(private readonly payload: Buffer) {}

  /** @throws RangeError at the end of the payload */
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      const byte = this.payload[this.at >> 3];
      if (byte === undefined) throw new RangeError('The NAL unit is not whole');
      value = value * 2 + ((byte >> (7 - (this.at & 7))) & 1);
      this.at += 1;
    }
    return value;
  }

  flag(): boolean {
    return this.take(1) === 1;
  }

  /** Exp-Golomb code (9.1). */
  exp(): number {
    let zeros = 0;
    while (this.take(1) === 0) if ((zeros += 1) > 32) throw new RangeError('The code is too long');
    return 2 ** zeros - 1 + this.take(zeros);
  }

  signedExp(): number {
    const code = this.exp();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}

/** Writes bits, the highest first. */
export class BitWriter {
  private readonly bytes: number[] = [];
  private length = 0;

  put(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i -= 1) {
      const byte = this.bytes[this.length >> 3] ?? 0;
      const bit = Math.floor(value / 2 ** i) % 2 === 1 ? 128 >> (this.length & 7) : 0;
      this.bytes[this.length >> 3] = byte | bit;
      this.length += 1;
    }
  }

  /** Exp-Golomb code (9.1). */
  exp(value: number): void {
    const bits = Math.floor(Math.log2(value + 1));
    this.put(0, bits);
    this.put(value + 1, bits + 1);
  }

  /** Copies bits, from one position to another. */
  copy(from: Buffer, begin: number, end: number): void {
    for (let at = begin; at < end; at += 1) this.put((from.readUInt8(at >> 3) >> (7 - (at & 7))) & 1, 1);
  }

  /** Fills the last byte with ones. */
  align(): void {
    while ((this.length & 7) !== 0) this.put(1, 1);
  }

  take(): Buffer {
    return Buffer.from(this.bytes);
  }
}
