import { systemClock } from '../nodes/lib/time/clock';
import { archiveState } from '../nodes/lib/clip/archive-state';
import { messageOf } from '../nodes/lib/errors';
import { eventsState } from '../nodes/lib/event/intake/state';
import { checkCamera, judgeGop } from './doctor/checks/camera';
import { checkClock } from './doctor/checks/clock';
import { judgeClips } from './doctor/checks/clips';
import { checkDirectories } from './doctor/checks/directories';
import { checkEditor } from './doctor/checks/editor';
import { judgeEvents } from './doctor/checks/events';
import { checkFfmpeg } from './doctor/checks/ffmpeg';
import { describe, findings, type Finding } from './doctor/finding';
import { checkKey } from './doctor/checks/key';
import { checkMulticast } from './doctor/checks/multicast';
import { checkDisk, judgeRecorder } from './doctor/checks/recording';
import { storeOf } from './doctor/store';
import { SETTINGS as CLIP_MAKER } from '../nodes/clip-maker/settings';
import { SETTINGS as EVENT_DIR_IN } from '../nodes/event-dir-in/settings';
import { SETTINGS as SEGMENT_STORE } from '../nodes/v2x-segment-store/settings';
import { settingsOf, wrongSettings } from './doctor/settings';
import { readUnit, type Unit, type UnitNode } from './doctor/unit';
import { checkVersions } from './doctor/checks/versions';
import { parseOptions } from './options';

export const usage = `Usage: v2x doctor [options]

Checks for anything missing or misconfigured and prints one line per check, ok, warning or problem, with what to do.
It reads the same environment as "v2x start" and the deployed flow; run it as the same user. It changes nothing, can
run while the unit is running, and takes about ten seconds because it watches the camera. No secret is shown.

  --json             print an array of {check, level, text, remedy}
  --flow FILE        the flow of your own Node-RED, such as ~/.node-red/flows.json; set V2X_DATA too

Exit code: 0 if there is no problem (there may be warnings), 1 if there is one, 2 for invalid options.`;

const OPTIONS = { json: { type: 'boolean', default: false }, flow: { type: 'string' } } as const;

/**
 * Examines this machine and prints what it finds, in a fixed order.
 * @throws V2xError `usage`; `flow` when the unit's flow cannot be read
 */
export async function run(args: readonly string[]): Promise<void> {
  const { json, flow } = parseOptions(args, OPTIONS);
  const all: Finding[] = [];
  for (const found of examine(readUnit(flow))) {
    for (const finding of await found) {
      all.push(finding);
      if (!json) process.stdout.write(`${describe(finding)}\n`);
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
  process.exitCode = all.some(({ level }) => level === 'problem') ? 1 : 0;
}

/** Everything is looked at side by side; the answers come in the order in which one would remedy. */
function examine(unit: Unit): Promise<readonly Finding[]>[] {
  return [
    guarded('versions', checkVersions),
    guarded('ffmpeg', checkFfmpeg),
    guarded('directories', () => checkDirectories(unit)),
    ...unit.of('ffmpeg-segmenter').map((node) => guarded('recorder', () => checkRecorder(unit, node))),
    ...unit.of('event-dir-in').map((node) => guarded('events', () => checkEvents(unit, node))),
    ...unit.of('clip-maker').map((node) => guarded('clips', () => checkClips(unit, node))),
    ...unit.of('v2x-multicast-group').map((node) => guarded('multicast', () => checkMulticast(node))),
    ...unit.of('v2x-key').map((node) => guarded('key', () => checkKey(unit, node))),
    guarded('clock', async () => [await checkClock()]),
    ...(unit.isDefault ? [guarded('editor', () => checkEditor(unit))] : []),
  ];
}

/** A check that fails is a finding too, and none keeps the others from being made. */
async function guarded(check: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [findings(check).problem(messageOf(error))];
  }
}

async function checkRecorder(unit: Unit, node: UnitNode): Promise<Finding[]> {
  const store = await storeOf(unit, node);
  const recording = judgeRecorder(store, systemClock.now());
  const window = longestWindow(unit, node);
  const { findings: camera, measure } = await checkCamera(unit, node);
  const gop = measure ? [judgeGop(measure, { segmentSeconds: store.segmentSeconds, pre: window.pre })] : [];
  const settings = unit.refer(node, 'store');
  return [
    ...camera,
    ...gop,
    ...(settings ? wrongSettings('recorder', settings, SEGMENT_STORE) : []),
    recording,
    await checkDisk(store, measure, window),
  ];
}

/** What the clip makers of a recorder's store want of it, in seconds. */
function longestWindow(unit: Unit, recorder: UnitNode): { pre: number; post: number } {
  const makers = unit.of('clip-maker').filter(({ config }) => config.store === recorder.config.store);
  const windows = makers.map((node) => settingsOf(node, CLIP_MAKER));
  return {
    pre: Math.max(0, ...windows.map(({ pre }) => pre)),
    post: Math.max(0, ...windows.map(({ post }) => post)),
  };
}

async function checkEvents(unit: Unit, node: UnitNode): Promise<Finding[]> {
  const { directory, after } = settingsOf(node, EVENT_DIR_IN);
  const state = await eventsState(unit.path(directory), after);
  return [...wrongSettings('events', node, EVENT_DIR_IN), ...judgeEvents(state, systemClock.now())];
}

async function checkClips(unit: Unit, node: UnitNode): Promise<Finding[]> {
  const state = await archiveState(unit.path(settingsOf(node, CLIP_MAKER).directory));
  return [...wrongSettings('clips', node, CLIP_MAKER), judgeClips(state, systemClock.now())];
}
