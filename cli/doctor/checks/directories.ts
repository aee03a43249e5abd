import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SETTINGS as CLIP_MAKER } from '../../../nodes/clip-maker/settings';
import { SETTINGS as EVENT_DIR_IN } from '../../../nodes/event-dir-in/settings';
import { SETTINGS as EVENT_DIR_OUT } from '../../../nodes/event-dir-out/settings';
import { messageOf } from '../../../nodes/lib/errors';
import {
  currentUser,
  deadLink,
  isPermission,
  REMEDY_FOR_LINK,
  shellQuoted,
} from '../../../nodes/lib/disk/files';
import { SETTINGS as SEGMENT_STORE } from '../../../nodes/v2x-segment-store/settings';
import { otherUnitUser } from '../../unit-user';
import { findings, type Finding } from '../finding';
import { settingsOf } from '../settings';
import type { Unit } from '../unit';

const { ok, warning, problem } = findings('directories');

/** The types of nodes that have a directory, with their settings. */
const DIRECTORIES = [
  ['v2x-segment-store', SEGMENT_STORE],
  ['event-dir-in', EVENT_DIR_IN],
  ['event-dir-out', EVENT_DIR_OUT],
  ['clip-maker', CLIP_MAKER],
] as const;

/** Looks whether the user may use every directory of the unit. Nothing is created. */
export async function checkDirectories(unit: Unit): Promise<Finding[]> {
  const directories = new Set([
    unit.data,
    join(unit.data, 'state'),
    ...DIRECTORIES.flatMap(([type, table]) =>
      unit.of(type).map((node) => unit.path(settingsOf(node, table).directory)),
    ),
  ]);
  const found = (await Promise.all([...directories].map(inspect))).filter((each) => each !== undefined);
  const owner = await otherUnitUser(unit.data);
  if (owner !== undefined)
    return [strangers(unit.data, owner, found), ...found.filter(({ denied }) => !denied).map(told)];
  return found.length > 0
    ? found.map(told)
    : [ok(`user ${currentUser()} can use all ${directories.size} below ${unit.data}`)];
}

/** What is wrong with one directory. */
interface Fault {
  readonly text: string;
  readonly remedy: string;
  /** Whether it is permission that is missing. */
  readonly denied: boolean;
}

function told({ text, remedy }: Fault): Finding {
  return problem(text, remedy);
}

async function inspect(directory: string): Promise<Fault | undefined> {
  const link = await deadLink(directory);
  if (link !== undefined) return { text: link, remedy: REMEDY_FOR_LINK, denied: false };
  const present = existing(directory);
  const user = currentUser();
  const chown = `sudo mkdir -p ${shellQuoted(directory)} && sudo chown -R ${user} ${shellQuoted(directory)}`;
  try {
    if (!(await stat(present)).isDirectory())
      return { text: `${present} is not a directory`, remedy: 'move it elsewhere', denied: false };
    await access(present, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const denied = isPermission(error);
    const text = `user ${user} cannot use ${directory}: ${messageOf(error)}`;
    const remedy = denied ? chown : 'mount it writable, or choose another directory';
    return { text, remedy, denied };
  }
}

/**
 * What is denied to somebody else than the unit's user is no fault of the unit, and must not be taken from it; what is
 * not denied (root may everything) says nothing about that user.
 */
function strangers(data: string, owner: string, found: readonly Fault[]): Finding {
  const text = `${data} belongs to ${owner}, but you are ${currentUser()}`;
  const remedy = `run this as ${owner}: sudo -u ${owner} ...`;
  const denied = found.filter((fault) => fault.denied).length;
  return denied > 0 ? problem(`${text}, who cannot use it`, remedy) : warning(text, remedy);
}

/** The directory, or the nearest one above it that exists. */
function existing(directory: string): string {
  return existsSync(directory) ? directory : existing(dirname(directory));
}
