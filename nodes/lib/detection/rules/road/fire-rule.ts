import { fire, type Incident } from '../rules';

interface FireSettings {
  /** Share of the picture that must have turned red. */
  readonly redRatio: number;
  /** For how long, in seconds, in the same place. */
  readonly fireSeconds: number;
  /** And in at least this many frames in a row, however slowly they arrive. */
  readonly evidenceFrames: number;
}

/** How long a place that burns may look otherwise. */
const FLICKER_SECONDS = 1;

/**
 * Fire stays where it is: the seed's counter, up while red and down while not, kept for every cell of the thumbnail,
 * in seconds. What only passes stays in no cell for long. One incident until the fire has gone.
 */
export class FireRule {
  private readonly burning: Float32Array;
  private raised = false;
  private evidence = 0;

  /**
   * @param cells of the thumbnail
   * @param watched how many of them are looked at
   */
  constructor(
    private readonly settings: FireSettings,
    cells: number,
    private readonly watched = cells,
  ) {
    this.burning = new Float32Array(cells);
  }

  /**
   * @param flames 1 for each cell that is looked at and in which flames are seen
   * @param redRatio share of red pixels of all that are looked at
   * @param seconds since the frame before
   */
  judge(flames: Uint8Array, redRatio: number, seconds: number): Incident | undefined {
    const { redRatio: threshold, fireSeconds, evidenceFrames } = this.settings;
    let burning = 0;
    this.burning.forEach((before, cell) => {
      const change = flames[cell] === 1 ? seconds : -seconds;
      const after = Math.max(0, Math.min(fireSeconds + FLICKER_SECONDS, before + change));
      this.burning[cell] = after;
      if (after >= fireSeconds) burning += 1;
    });
    const share = this.watched === 0 ? 0 : burning / this.watched;
    if (share < threshold / 2) this.raised = false;
    this.evidence = share > threshold && redRatio > threshold ? this.evidence + 1 : 0;
    if (this.raised || this.evidence === 0 || this.evidence < evidenceFrames) return undefined;
    this.raised = true;
    return fire(redRatio, threshold);
  }
}
