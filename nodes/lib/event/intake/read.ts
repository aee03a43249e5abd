import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { codeOf, V2xError } from '../../errors';
import { MAX_EVENT_BYTES, tooLarge } from '../parse';

export interface FileContent {
  readonly bytes: Buffer;
  /** When it was last written, Unix seconds. */
  readonly modified: number;
  /** Changes when the file does. */
  readonly stamp: string;
}

/** What tells one state of a file from another without reading it. */
export function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(' ');
}

/**
 * Reads a small regular file. Whatever stands under the name, it neither blocks nor follows a link.
 * Synchronous on purpose: a file that was just written is in the page cache, microseconds away, while Node's thread
 * pool may be busy with somebody's clip for many milliseconds.
 * @throws V2xError `event` when it is no regular file or larger than an event; the system's error when it is
 *   gone (ENOENT) or may not be read (EACCES)
 */
export function readEventFile(path: string): FileContent {
  const file = openRegular(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw notRegular(kindOf(stats));
    if (stats.size > MAX_EVENT_BYTES) throw tooLarge(stats.size);
    // One byte of room shows whether it grew meanwhile.
    const buffer = Buffer.allocUnsafe(stats.size + 1);
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, length), modified: stats.mtimeMs / 1000, stamp: stampOf(stats) };
  } finally {
    closeSync(file);
  }
}

function openRegular(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw specialFile(codeOf(error)) ?? error;
  }
}

function specialFile(code: string | undefined): V2xError | undefined {
  if (code === 'ELOOP') return notRegular('a symbolic link');
  return code === 'ENXIO' ? notRegular('a socket') : undefined;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  return stats.isFIFO() ? 'a named pipe' : 'a device';
}

function notRegular(kind: string): V2xError {
  return new V2xError('event', `this is ${kind}; an event is a regular file`, { kind });
}
