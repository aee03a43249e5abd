/**
 * Numbers the packets of a source, so that receivers take each once (EN 302 636-4-1 Annex A, duplicate packet detection).
 * They begin where the clock's milliseconds stand and rise more slowly than those: no number comes back after a restart
 * while receivers remember it (Annex H, itsGnLifetimeLocTE: 20 s; the milliseconds take 65 s to come round).
 */
export class PacketNumbers {
  private last: number | undefined;

  /**
   * @param time whole milliseconds of a clock that goes on through a restart
   * @returns 16 bit
   */
  next(time: number): number {
    this.last = ((this.last ?? time) + 1) % 2 ** 16;
    return this.last;
  }
}
