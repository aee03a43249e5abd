import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { codeOf, V2xError } from '../../errors';
import { MAX_EVENT_BYTES, tooLarge } from '../parse/parse';

export interface FileContent {
  readonly bytes: Buffer;
  /** When it was last written, Unix seconds. */
  readonly modified: number;
  /** Changes when the file does, or who may read it; a new name or link for it changes nothing. */
  readonly stamp: string;
}

/** Identifies the state of a file without reading it. */
export function stampOf({ ino, size, mtimeMs, mode, uid, gid }: Stats): string {
  return [ino, size, mtimeMs, mode, uid, gid].join(' ');
}

/** Whatever stands under the name: neither blocks nor follows a link. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads a small regular file. Whatever stands under the name, it neither blocks nor follows a link.
 * @throws V2xError `event` when it is no regular file or larger than an event; the system's error when it is
 *   gone (ENOENT) or may not be read (EACCES)
 */
export function readEventFile(path: string): FileContent {
  const file = openRegular(path);
  try {
    const stats = fstatSync(file);
    const buffer = bufferFor(stats);
    return contentOf(buffer, readSync(file, buffer, 0, buffer.length, 0), stats);
  } finally {
    closeSync(file);
  }
}

/** The same without blocking the process, for files that may not be near. */
export async function readRemoteEventFile(path: string): Promise<FileContent> {
  const file = await open(path, FLAGS).catch((error: unknown) => {
    throw specialFile(codeOf(error)) ?? error;
  });
  try {
    const stats = await file.stat();
    const buffer = bufferFor(stats);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return contentOf(buffer, bytesRead, stats);
  } finally {
    await file.close();
  }
}

function bufferFor(stats: Stats): Buffer {
  if (!stats.isFile()) throw notRegular(kindOf(stats));
  if (stats.size > MAX_EVENT_BYTES) throw tooLarge(stats.size);
  // One byte more shows whether it grew meanwhile.
  return Buffer.allocUnsafe(stats.size + 1);
}

function contentOf(buffer: Buffer, length: number, stats: Stats): FileContent {
  return { bytes: buffer.subarray(0, length), modified: stats.mtimeMs / 1000, stamp: stampOf(stats) };
}

function openRegular(path: string): number {
  try {
    return openSync(path, FLAGS);
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
