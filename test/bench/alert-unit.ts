import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { multicastGroup, type MulticastGroup } from '../../nodes/lib/multicast/group';
import { Unit } from '../support/unit';

/** The default flow without what is not on the way of a warning; bursts of drops end soon, so that none waits. */
const BESIDE_THE_WAY = new Set(['ffmpeg-segmenter', 'simple-detector', 'clip-maker', 'v2x-multicast-in']);

interface FlowNode {
  readonly type: string;
}

export interface AlertUnit {
  readonly unit: Unit;
  readonly events: string;
  readonly group: MulticastGroup;
  readonly secret: string;
}

/** When each message reached the nodes on its way: nanoseconds by file and node type. */
export type Notes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Starts Node-RED with the alert path of the default flow. */
export async function startAlertUnit({ vehicle = false } = {}): Promise<AlertUnit> {
  const data = await mkdtemp(join(tmpdir(), 'v2x-bench-'));
  const flow = JSON.parse(await readFile('flows/flows.json', 'utf8')) as FlowNode[];
  const part = flow
    .filter(({ type }) => !BESIDE_THE_WAY.has(type) || (vehicle && type === 'v2x-multicast-in'))
    .map((node) => (node.type === 'v2x-multicast-out' ? { ...node, duration: 0.5 } : node));
  await mkdir(join(data, 'node-red'), { recursive: true });
  await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(part));
  const port = randomInt(20_000, 60_000);
  const secret = randomBytes(32).toString('base64url');
  const unit = await Unit.start(
    { V2X_DATA: data, V2X_MULTICAST_PORT: String(port), V2X_KEY: secret },
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
