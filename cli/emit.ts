import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '../nodes/lib/time/clock';
import { codeOf, V2xError } from '../nodes/lib/errors';
import { dropEvent } from '../nodes/lib/event/drop';
import { currentUser, ensureWritableDirectory } from '../nodes/lib/disk/files';
import { dataPath, numberOption, parseOptions, usageError } from './options';
import { otherUnitUser } from './unit-user';

export const usage = `Usage: v2x emit --type TYPE [options]

Writes an event file, as a detector does, and prints its path; the id for an update or cancel is printed to stderr.

  --type TYPE        collision, fire, rollover, blockage, unknown, or another short word
  --severity WORD    default high
  --lat DEG --lon DEG
  --road NAME
  --distance-m M     radius within which the warning matters, default 500
  --ts SECONDS       time of the incident, Unix seconds; default now
  --confidence SHARE confidence of the detector, 0 to 1
  --camera NAME      the camera that saw the incident; not broadcast
  --clip-hint        keep the footage (default); the opposite is --no-clip-hint
  --action ACTION    new (default), update or cancel
  --id ID            identifies the incident; required for update and cancel; default: generated
  --dir DIRECTORY    default $V2X_DATA/events, or .v2x/events`;

const OPTIONS = {
  type: { type: 'string' },
  severity: { type: 'string' },
  lat: { type: 'string' },
  lon: { type: 'string' },
  road: { type: 'string' },
  'distance-m': { type: 'string' },
  ts: { type: 'string' },
  confidence: { type: 'string' },
  camera: { type: 'string' },
  'clip-hint': { type: 'boolean' },
  'no-clip-hint': { type: 'boolean' },
  action: { type: 'string' },
  id: { type: 'string' },
  dir: { type: 'string' },
} as const;

/**
 * Drops the event that the options describe.
 * @throws V2xError `usage`; `event` when the options make no valid event; `directory`
 */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS);
  const directory = options.dir ?? dataPath('events');
  const event = eventOf(options);
  const id = options.id ?? madeUpId();
  if (!existsSync(directory)) {
    process.stderr.write(
      `v2x: ${directory} did not exist and was made; check that a running unit reads this directory\n`,
    );
  }
  await ensureMayDrop(directory);
  process.stdout.write(`${await dropEvent(directory, { ...event, id }, systemClock)}\n`);
  if (options.id === undefined) process.stderr.write(`the id of this event is ${id}\n`);
}

/** Written into the file, so that the caller knows what to cancel. */
function madeUpId(): string {
  return `evt-${randomBytes(4).toString('hex')}`;
}

/** Another user must not create the directory: the unit's user could then not write in it. */
async function ensureMayDrop(directory: string): Promise<void> {
  try {
    await ensureWritableDirectory(directory, 'events');
  } catch (error) {
    const owner = await otherUnitUser(directory, dirname(directory));
    if (owner === undefined || !isDenied(error)) throw error;
    const user = currentUser();
    throw new V2xError(
      'directory',
      `User ${user} cannot write events into ${directory}, which belongs to ${owner}`,
      { directory, user, owner },
      { remedy: `run this as ${owner}: sudo -u ${owner} ...`, cause: error },
    );
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && ['EACCES', 'EPERM'].includes(codeOf(error.cause) ?? '');
}

/** What is not given is left to the schema's defaults. */
function eventOf(options: ReturnType<typeof parseOptions<typeof OPTIONS>>): Record<string, unknown> {
  const { type, severity, road, camera, action, id } = options;
  if (type === undefined) throw usageError('--type is missing; see "v2x emit --help"');
  if (action !== undefined && action !== 'new' && id === undefined) {
    throw usageError(`--action ${action} needs the --id of the incident`);
  }
  const event = {
    ts: numberOption('ts', options.ts) ?? systemClock.now(),
    type,
    severity,
    lat: numberOption('lat', options.lat),
    lon: numberOption('lon', options.lon),
    road,
    distance_m: numberOption('distance-m', options['distance-m']),
    confidence: numberOption('confidence', options.confidence),
    camera,
    clip_hint: clipHint(options),
    action,
    id,
  };
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}

function clipHint(options: { 'clip-hint'?: boolean; 'no-clip-hint'?: boolean }): boolean | undefined {
  if (options['clip-hint'] && options['no-clip-hint']) {
    throw usageError('--clip-hint and --no-clip-hint contradict each other');
  }
  if (options['no-clip-hint']) return false;
  return options['clip-hint'];
}
