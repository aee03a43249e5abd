import { randomBytes } from 'node:crypto';
import { link, lstat, readdir, rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { makeDirectory } from '../../../disk/files';

/** Leaves room below the 255 bytes that a file name may have. */
const LONGEST_STEM = 60;

/** A directory that keeps a bounded number of files: the oldest go when more come. */
export class BoundedDirectory {
  private readonly names = new Set<string>();

  constructor(
    private readonly directory: string,
    private readonly limit: number,
  ) {}

  /** Creates the directory if it is missing and counts what is there. */
  async open(): Promise<void> {
    await makeDirectory(this.directory);
    for (const { name } of await filesByArrival(this.directory)) this.names.add(name);
  }

  /**
   * Moves a file here, under its own name if that is free.
   * @throws the system's error, ENOENT when the file is gone
   */
  async add(path: string): Promise<void> {
    await makeDirectory(this.directory);
    await this.keep(await moveInto(this.directory, path));
  }

  /**
   * Lets a file appear here too, as a second link to it.
   * @returns whether it is new here: it may have been linked before
   * @throws the system's error, ENOENT when the file is gone, EPERM and others where there are no such links
   */
  async addLink(path: string): Promise<boolean> {
    await makeDirectory(this.directory);
    const { base, name: stem, ext } = parse(path);
    if (await isSameFile(path, join(this.directory, base))) return false;
    const taken = await exists(join(this.directory, base));
    const name = taken ? besideOthers(stem, randomBytes(4).toString('hex'), ext) : base;
    await link(path, join(this.directory, name));
    await this.keep(name);
    return true;
  }

  /** Removes the links to a file that are here under the name of another path to it. */
  async removeLink(path: string, name: string): Promise<void> {
    const here = join(this.directory, name);
    if (!(await isSameFile(path, here))) return;
    await rm(here, { force: true });
    this.names.delete(name);
  }

  private async keep(added: string): Promise<void> {
    this.names.add(added);
    for (const name of this.names) {
      if (this.names.size <= this.limit) break;
      this.names.delete(name);
      await rm(join(this.directory, name), { force: true });
    }
  }
}

/** A file, and when it came into its directory: Unix seconds. */
export interface ArrivedFile {
  readonly name: string;
  readonly since: number;
}

/**
 * Everything in a directory but directories, oldest first.
 * @throws the system's error
 */
export async function filesByArrival(directory: string): Promise<ArrivedFile[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: ArrivedFile[] = [];
  // One after the other: all at once they would occupy every thread that Node has for files.
  for (const { name } of entries.filter((entry) => !entry.isDirectory()))
    found.push({ name, since: await arrivalOf(join(directory, name)) });
  return found.sort((a, b) => a.since - b.since);
}

/** Moving a file into a directory sets the time of its last status change. */
async function arrivalOf(path: string): Promise<number> {
  return lstat(path).then(
    ({ ctimeMs }) => ctimeMs / 1000,
    () => 0,
  );
}

/** Makes a name of another's parts and a random one. */
type NameMaker = (stem: string, random: string, extension: string) => string;

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

/** Whether both paths lead to one file. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = [await identityOf(one), await identityOf(other)];
  return first !== undefined && first === second;
}

/** What makes a file itself, whatever its name; undefined when it is gone. */
export async function identityOf(path: string): Promise<string | undefined> {
  return lstat(path).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => undefined,
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
