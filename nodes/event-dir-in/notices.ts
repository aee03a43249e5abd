import { V2xError } from '../lib/errors';
import type { RefusedFile } from '../lib/event/intake/file-intake';
import type { Note } from '../lib/event/parse/normalise';
import type { FlowNode } from '../lib/node-red/flow-node';
import { Throttle } from '../lib/time/throttle';

/** A flood of files makes one line in the log per period. */
const PERIOD_SECONDS = 10;

/** A writer that makes up names must not fill the memory. */
const MOST_KINDS = 100;

/** Logs what writers of event files should correct. */
export class Notices {
  /** Each slip is logged once: a writer repeats it in every file. */
  private readonly known = new Set<string>();
  private readonly rejections: Throttle;
  private readonly graves: Throttle;
  private rejected = 0;
  private lastRejection = '';
  private lastGrave = '';

  constructor(private readonly node: FlowNode) {
    this.rejections = new Throttle(node.clock, PERIOD_SECONDS, () => {
      const [count, last] = [this.rejected, this.lastRejection];
      node.warn(count > 1 ? `${count} files rejected, most recently: ${last}` : `Rejected ${last}`);
      this.rejected = 0;
    });
    this.graves = new Throttle(node.clock, PERIOD_SECONDS, () => {
      node.report(new V2xError('time-zone', this.lastGrave));
    });
    node.onClose(() => {
      this.rejections.cancel();
      this.graves.cancel();
    });
  }

  refused({ reason }: RefusedFile): void {
    this.rejected += 1;
    this.lastRejection = reason;
    this.rejections.call();
  }

  noted(notes: readonly Note[]): void {
    for (const note of notes) {
      if (note.grave) {
        this.lastGrave = note.text;
        this.graves.call();
      } else this.noteOnce(note);
    }
  }

  private noteOnce({ property, kind, text }: Note): void {
    const key = JSON.stringify([property.slice(0, 64), kind]);
    if (this.known.has(key) || this.known.size >= MOST_KINDS) return;
    this.known.add(key);
    this.node.warn(`${text}. This is logged once; see msg.event.notes of each event`);
  }
}
