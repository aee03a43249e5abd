import type { Clock } from '../../time/clock';
import type { JoinOptions } from '../join/options';

export interface CutOptions extends JoinOptions {
  readonly clock: Clock;
  /** Where the segments are. */
  readonly segments: string;
}
