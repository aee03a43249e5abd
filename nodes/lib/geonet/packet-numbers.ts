/**
 * Numbers the packets of a source, so that receivers take each once (EN 302 636-4-1 Annex A, duplicate packet detection).
 * They follow the clock's milliseconds, which take 65 s to come round: no number comes back while receivers remember it
 * (Annex H, itsGnLifetimeLocTE: 20 s), also after a restart.
 */
export class PacketNumbers {
  private last: number | undefined;

  /**
   * @param time whole milliseconds of a clock that goes on through a restart
   * @returns 16 bit
   */
  next(time: number): number {
    this.last = Math.max(time, (this.last ?? 0) + 1);
    return this.last % 2 ** 16;
  }
}
