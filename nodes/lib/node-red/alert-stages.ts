import type { FlowNode } from './flow-node';
import type { Message } from './message';

/** A stage of an alert on its way from the event file to the network. */
export type Stage = 'seen' | 'read' | 'claimed' | 'issued' | 'encoded' | 'signed' | 'sent';

/** When the stages of taking a file were reached, monotonic seconds. */
interface IntakeTimes {
  /** When the file was last written: Unix seconds. */
  readonly modified: number;
  readonly seen: number;
  readonly read: number;
  readonly claimed: number;
}

type Logger = Pick<FlowNode, 'clock' | 'logsDebug' | 'debug'>;

/** Lines are written this much later, in seconds, so that writing them does not delay what they measure. */
const WRITE_DELAY_SECONDS = 0.05;
/** More event files than are ever on their way at a time. */
const MOST_FILES = 1000;

/** When each event file was closed, monotonic seconds; only recorded while the log is at debug level. */
const closings = new Map<string, number>();

/** Logs the stages of an event file that was just taken; the later ones count from the same moment. */
export function logIntake(node: Logger, file: string, times: IntakeTimes): void {
  if (!node.logsDebug) return;
  const { modified, ...stages } = times;
  closings.delete(file);
  closings.set(file, node.clock.monotonic() - (node.clock.now() - modified));
  for (const oldest of closings.keys()) {
    if (closings.size <= MOST_FILES) break;
    closings.delete(oldest);
  }
  for (const stage of ['seen', 'read', 'claimed'] as const) write(node, file, stage, stages[stage]);
}

/**
 * Logs, at debug level, that a message with an event from a file reached a stage.
 * @param at monotonic seconds; default: now
 */
export function logStage(node: Logger, { event }: Message, stage: Stage, at?: number): void {
  if (!node.logsDebug || typeof event !== 'object' || event === null || !('file' in event)) return;
  if (typeof event.file === 'string') write(node, event.file, stage, at ?? node.clock.monotonic());
}

function write(node: Logger, file: string, stage: Stage, at: number): void {
  const closed = closings.get(file);
  if (closed === undefined) return;
  const milliseconds = ((at - closed) * 1000).toFixed(3);
  // Names come from outside: control characters are escaped.
  const name = JSON.stringify(file).slice(1, -1);
  node.clock.after(WRITE_DELAY_SECONDS, () => {
    node.debug(`${name}: ${stage} ${milliseconds} ms after the file was closed`);
  });
}
