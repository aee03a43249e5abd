import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { multicastGroup, type MulticastGroup } from '../../nodes/lib/multicast/group';
import { writeAlertFlow } from '../support/unit/alert-flow';
import { Unit } from '../support/unit/unit';

export interface AlertUnit {
  readonly unit: Unit;
  readonly events: string;
  readonly group: MulticastGroup;
  readonly secret: string;
}

/** When each message reached the vehicle's nodes: nanoseconds by what is told and the event's id. */
export type Notes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Starts Node-RED with the alert path of the default flow.
 * @param options `duration` of the repetition in seconds: with many drops it has to be short, so that none waits for its
 *   turn; `listening`: with the vehicle's tab
 */
export async function startAlertUnit({
  duration = 0.5,
  listening = false,
  log = 'info',
} = {}): Promise<AlertUnit> {
  const data = await mkdtemp(join(tmpdir(), 'v2x-bench-'));
  await writeAlertFlow(data, { 'v2x-multicast-out': { duration } }, { listening });
  const port = randomInt(20_000, 60_000);
  const secret = randomBytes(32).toString('base64url');
  const unit = await Unit.start(
    { V2X_DATA: data, V2X_MULTICAST_PORT: String(port), V2X_KEY: secret, V2X_LOG: log },
    { nodeArguments: ['--require', resolve('test/bench/alert-stages.cjs')], ipc: true },
  );
  return { unit, events: unit.directory('events'), group: multicastGroup({ port }), secret };
}

/** What the preloaded script noted since the last question. */
export async function notesOf({ program }: Unit): Promise<Notes> {
  const answer = once(program.child, 'message');
  program.child.send('notes');
  const [notes] = (await answer) as [Notes];
  return notes;
}
