import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { codeOf, V2xError } from '../errors';
import { MAX_EVENT_BYTES, tooLarge } from './parse';

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
 * @throws V2xError `event` when it is no regular file or larger than an event; the system's error when it is
 *   gone (ENOENT) or may not be read (EACCES)
 */
export async function readEventFile(path: string): Promise<FileContent> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw specialFile(codeOf(error)) ?? error;
    },
  );
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notRegular(kindOf(stats));
    if (stats.size > MAX_EVENT_BYTES) throw tooLarge(stats.size);
    // One byte of room shows whether it grew meanwhile.
    const buffer = Buffer.allocUnsafe(stats.size + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), modified: stats.mtimeMs / 1000, stamp: stampOf(stats) };
  } finally {
    await file.close();
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
