import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { makeDirectory } from '../../disk/files';

/** Leaves room below the 255 bytes that a file name may have. */
const LONGEST_STEM = 60;

/** A directory that keeps a bounded number of files: the oldest go when more come. */
export class KeptFiles {
  private readonly names = new Set<string>();

  constructor(
    private readonly directory: string,
    private readonly limit: number,
  ) {}

  /** Creates the directory if it is missing and counts what is there. */
  async open(): Promise<void> {
    await makeDirectory(this.directory);
    const entries = await readdir(this.directory, { withFileTypes: true });
    const found = await Promise.all(
      entries
        .filter((entry) => !entry.isDirectory())
        .map(async ({ name }) => ({ name, since: await arrivalOf(join(this.directory, name)) })),
    );
    for (const { name } of found.sort((a, b) => a.since - b.since)) this.names.add(name);
  }

  /**
   * Moves a file here, under its own name if that is free.
   * @throws the system's error, ENOENT when the file is gone
   */
  async add(path: string): Promise<void> {
    await makeDirectory(this.directory);
    this.names.add(await moveInto(this.directory, path));
    for (const name of this.names) {
      if (this.names.size <= this.limit) break;
      this.names.delete(name);
      await rm(join(this.directory, name), { force: true });
    }
  }
}

/** Moving a file into a directory sets the time of its last status change. */
async function arrivalOf(path: string): Promise<number> {
  return lstat(path).then(
    ({ ctimeMs }) => ctimeMs,
    () => 0,
  );
}

/** Makes a name of another's parts and a random one. */
export type NameMaker = (stem: string, random: string, extension: string) => string;

const besideOthers: NameMaker = (stem, random, extension) =>
  `${stem.slice(0, LONGEST_STEM)}.${random}${extension}`;

/**
 * Moves a file into a directory: under its own name, or another when that is taken. One step, so that a crash leaves it
 * in one of both places.
 * @returns the name it has now
 * @throws the system's error, ENOENT when the file is gone
 */
export async function moveInto(
  directory: string,
  path: string,
  nameOf: NameMaker = besideOthers,
): Promise<string> {
  const { base, name: stem, ext } = parse(path);
  const random = randomBytes(4).toString('hex');
  const taken = await exists(join(directory, base));
  const name = taken ? nameOf(stem, random, ext) : base;
  await rename(path, join(directory, name));
  return name;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
