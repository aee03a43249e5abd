import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf } from '../../nodes/lib/errors';
import { currentUser, shellQuoted } from '../../nodes/lib/files';
import { findings, type Finding } from './finding';
import { existing } from './recording';
import { outputOf } from './run';
import type { Unit } from './unit';

const { ok, warning, problem } = findings('directories');

/** Looks whether the user may use every directory of the unit. Nothing is created. */
export async function checkDirectories(unit: Unit): Promise<Finding[]> {
  const directories = new Set([
    unit.data,
    join(unit.data, 'state'),
    ...unit.of('v2x-segment-store').map((node) => unit.directory(node, 'rec')),
    ...['event-dir-in', 'event-dir-out'].flatMap((type) =>
      unit.of(type).map((node) => unit.directory(node, 'events')),
    ),
    ...unit.of('clip-maker').map((node) => unit.directory(node, 'archive')),
  ]);
  const found = (await Promise.all([...directories].map(inspect))).filter((finding) => finding !== undefined);
  const stranger = await otherOwner(unit.data);
  if (stranger) found.push(stranger);
  return found.length > 0
    ? found
    : [ok(`user ${currentUser()} may use all ${directories.size} below ${unit.data}`)];
}

async function inspect(directory: string): Promise<Finding | undefined> {
  const present = existing(directory);
  const user = currentUser();
  const mend = `sudo mkdir -p ${shellQuoted(directory)} && sudo chown -R ${user} ${shellQuoted(directory)}`;
  try {
    if (!(await stat(present)).isDirectory()) return problem(`${present} is not a directory`, 'move it away');
    await access(present, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const permission = ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');
    const text = `user ${user} cannot use ${directory}: ${messageOf(error)}`;
    return problem(
      text,
      permission ? mend : 'mount it so that it can be written, or choose another directory',
    );
  }
}

/** Root may everything, so what root finds says nothing about the user that the unit runs as. */
async function otherOwner(data: string): Promise<Finding | undefined> {
  if (!existsSync(data)) return undefined;
  const { uid } = await stat(data);
  if (uid === process.getuid?.()) return undefined;
  const name = (await outputOf('id', '-nu', String(uid)))?.trim() ?? String(uid);
  return warning(
    `${data} belongs to ${name}, and you are ${currentUser()}`,
    `run this as ${name}: sudo -u ${name} ...`,
  );
}
