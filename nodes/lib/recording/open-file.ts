import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A recorder writes a fragment each second; what has not grown for so many seconds was left behind. */
const STILL_WRITTEN = 5;

/**
 * The names and sizes of all files below a directory, as text that changes whenever something is written. A sum of sizes
 * would not do: looked at once a second, segments of a second can all be of the same size.
 */
export async function stateOfTree(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const files = names.map((name) =>
    stat(join(directory, name)).then(
      (info) => (info.isFile() ? `${name} ${info.size}` : ''),
      () => '',
    ),
  );
  return (await Promise.all(files)).filter(Boolean).sort().join('\n');
}

/**
 * Looks for the unfinished segment that a recorder of another process is writing.
 * @param workDirectory where recorders keep unfinished segments, in a directory for each run
 * @param now Unix seconds
 * @returns Unix seconds at which it was begun; undefined when none is being written
 */
export async function openWorkFile(workDirectory: string, now: number): Promise<number | undefined> {
  const names = await readdir(workDirectory, { recursive: true }).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith('.mp4'))
      .map((name) => stat(join(workDirectory, name)).catch(() => undefined)),
  );
  const begun = files.flatMap((file) =>
    file && Math.abs(now - file.mtimeMs / 1000) < STILL_WRITTEN ? file.birthtimeMs / 1000 : [],
  );
  return begun.length > 0 ? Math.max(...begun) : undefined;
}
