import { renameSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { mkdir, readlink, rename, symlink } from 'node:fs/promises';
import { Limiter } from '../../async/limiter';
import { V2xError } from '../../errors';
import type { Clock } from '../../time/clock';
import { readEventFile, readRemoteEventFile, type FileContent } from './read';

/** A network file system that has not answered for so long, in seconds, is taken for hung. */
const ANSWER_SECONDS = 30;

export type Soon<T> = T | Promise<T>;

/** What the intake does to the file system on the way of a warning; and, as `run`, everything else. */
export interface Disk {
  read(path: string): Soon<FileContent>;
  rename(from: string, to: string): Soon<void>;
  /** With its parents; nothing happens when it is there. */
  makeDirectory(path: string): Soon<unknown>;
  makeLink(target: string, path: string): Soon<void>;
  readLink(path: string): Soon<string>;
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * A local disk. Synchronous on purpose: a file that was just written is in the page cache, microseconds away, while
 * Node's thread pool may be busy with somebody's clip for many milliseconds.
 */
export const localDisk: Disk = {
  read: readEventFile,
  rename: renameSync,
  makeDirectory: (path) => mkdirSync(path, { recursive: true }),
  makeLink: symlinkSync,
  readLink: (path) => readlinkSync(path),
  run: (work) => work(),
};

/** A directory on a network file system, where each call may take for ever: none of them blocks this process. */
export function remoteDisk(directory: string, clock: Clock): Disk {
  const run = <T>(work: () => Promise<T>) => answerOf(directory, clock, work);
  return {
    read: (path) => run(() => readRemoteEventFile(path)),
    rename: (from, to) => run(() => rename(from, to)),
    makeDirectory: (path) => run(() => mkdir(path, { recursive: true })),
    makeLink: (target, path) => run(() => symlink(target, path)),
    readLink: (path) => run(() => readlink(path)),
    run,
  };
}

/** The operations on each directory, one at a time. */
const queues = new Map<string, Limiter>();

/**
 * Runs operations on a directory one after the other, and stops waiting for one that does not end. It holds one of the
 * few threads that Node has for files, and nothing can take that back: so no other is begun there before it has ended.
 * @throws V2xError `directory` when there is no answer in time; what `work` throws
 */
export function answerOf<T>(directory: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  let late = false;
  const queue = queues.get(directory) ?? new Limiter(1);
  queues.set(directory, queue);
  const turn = queue.run(() => {
    // Nobody would know of what it does now.
    if (late) throw hungError(directory);
    return work();
  });
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_SECONDS, () => {
      late = true;
      reject(hungError(directory));
    });
    turn.then(resolve, reject).finally(cancel);
  });
}

function hungError(directory: string): V2xError {
  return new V2xError(
    'directory',
    `The file system of the events directory ${directory} has not answered for ${ANSWER_SECONDS} s`,
    { directory },
    { remedy: 'check the server and the network; the node keeps retrying', retry: 'later' },
  );
}
