/**
 * Cuts the bytes of a raw video pipe into frames, wherever the pipe's chunks begin and end. Every byte is copied
 * once, into the frame it belongs to. While `wanted` says no, a frame's bytes are counted and thrown away, so
 * that the reader of the frames is never late and never holds more than it asked for.
 */
export class FrameSplitter {
  private frame: Uint8Array<ArrayBuffer> | undefined;
  private filled = 0;

  /**
   * @param size bytes of a frame
   * @param wanted asked when a frame begins: whether it will be taken
   * @param deliver gets each whole frame; the buffer is the receiver's
   */
  constructor(
    private readonly size: number,
    private readonly wanted: () => boolean,
    private readonly deliver: (frame: Uint8Array<ArrayBuffer>) => void,
  ) {}

  /** Takes the next bytes of the pipe; they are free for reuse afterwards. */
  push(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.filled === 0) this.frame = this.wanted() ? new Uint8Array(this.size) : undefined;
      const part = chunk.subarray(offset, offset + this.size - this.filled);
      this.frame?.set(part, this.filled);
      this.filled += part.length;
      offset += part.length;
      if (this.filled === this.size) this.finish();
    }
  }

  private finish(): void {
    this.filled = 0;
    if (this.frame) this.deliver(this.frame);
  }
}
