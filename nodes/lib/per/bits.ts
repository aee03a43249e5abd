/** What a reader throws where the bytes end too early, or go on where they should not. */
export class BitsProblem extends Error {}

/** Puts whole numbers of any width one behind the other, the most significant bit first. */
export class BitWriter {
  private bytes = Buffer.alloc(128);
  private length = 0;

  /**
   * @param value a whole number, 0 to 2 ** width - 1
   * @param width 0 to 53 bits
   */
  bits(value: number, width: number): void {
    this.reserve(width);
    for (let left = width; left > 0;) {
      const free = 8 - (this.length & 7);
      const taken = Math.min(free, left);
      left -= taken;
      // A shift is faster, but takes 31 bits at most.
      const chunk = width <= 31 ? value >> left : Math.floor(value / 2 ** left);
      this.bytes[this.length >> 3] |= (chunk & ((1 << taken) - 1)) << (free - taken);
      this.length += taken;
    }
  }

  octets(bytes: Uint8Array): void {
    for (const byte of bytes) this.bits(byte, 8);
  }

  /** All bits, filled up with zeros to whole octets; at least one octet (X.691 clause 11.1). */
  finish(): Buffer {
    return Buffer.from(this.bytes.subarray(0, Math.max(1, (this.length + 7) >> 3)));
  }

  private reserve(width: number): void {
    if (this.length + width <= this.bytes.length * 8) return;
    this.bytes = Buffer.concat([this.bytes], this.bytes.length * 2);
  }
}

/** Takes such numbers again, and never reads beyond the end. */
export class BitReader {
  /** How many bits have been read. */
  position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /**
   * @param width 0 to 53 bits
   * @throws BitsProblem when there are fewer
   */
  bits(width: number): number {
    if (this.position + width > this.bytes.length * 8) throw new BitsProblem('the bytes end too early');
    let value = 0;
    for (let left = width; left > 0;) {
      const free = 8 - (this.position & 7);
      const taken = Math.min(free, left);
      const chunk = (this.bytes[this.position >> 3] >> (free - taken)) & ((1 << taken) - 1);
      value = value * (1 << taken) + chunk;
      this.position += taken;
      left -= taken;
    }
    return value;
  }

  /** @throws BitsProblem when there are fewer, before any memory is taken for them */
  octets(count: number): Buffer {
    if (this.position + count * 8 > this.bytes.length * 8) throw new BitsProblem('the bytes end too early');
    const octets = Buffer.alloc(count);
    for (let at = 0; at < count; at += 1) octets[at] = this.bits(8);
    return octets;
  }

  /**
   * Checks that nothing is left but zeros that fill up the last octet (X.691 clause 11.1).
   * @throws BitsProblem
   */
  end(): void {
    const octets = Math.max(1, (this.position + 7) >> 3);
    if (this.bytes.length > octets)
      throw new BitsProblem(`${this.bytes.length - octets} octets are left over`);
    if (this.bits(octets * 8 - this.position) !== 0)
      throw new BitsProblem('the last octet is not filled up with zeros');
  }
}
