import { stat } from 'node:fs/promises';
import { outputOf } from '../nodes/lib/process/output';

/**
 * Who runs the unit, when that is somebody else: a unit's directories belong to its user.
 * @param directories the owner of the first one that exists is the unit's user
 * @returns the user's name; undefined when it is the caller, or nothing is there yet
 */
export async function otherUnitUser(...directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    const info = await stat(directory).catch(() => undefined);
    if (!info) continue;
    if (info.uid === process.getuid?.()) return undefined;
    return (await outputOf('id', '-nu', String(info.uid)))?.trim() ?? String(info.uid);
  }
  return undefined;
}
