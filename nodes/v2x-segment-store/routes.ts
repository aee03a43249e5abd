import { homedir } from 'node:os';
import { completeDirectory, diskOf } from '../lib/disk/directories';
import type { AdminRoute } from '../lib/node-red/http/admin';
import { offeredBy } from '../lib/node-red/flow-node';
import { dataPath } from '../lib/node-red/data-path';
import type { Ring } from '../lib/recording/ring/ring';

/** Besides the data root: where recordings are usually put. Elsewhere a directory can be typed, but is not offered. */
const ROOTS = [homedir(), '/mnt', '/media', '/srv', '/var/lib'];

/** Directories of this machine that a half-typed setting could mean. */
export const directoriesRoute: AdminRoute<'path'> = {
  method: 'get',
  path: '/v2x/directories',
  fields: ['path'],
  answer: ({ RED, fields }) => completeDirectory(fields.path, [dataPath('', RED.settings.userDir), ...ROOTS]),
};

/** The disk of a store, and what its recordings take: `bytesPerSecond` is unknown before there are any. */
export const diskRoute: AdminRoute<'id' | 'directory'> = {
  method: 'get',
  path: '/v2x/disk',
  fields: ['id', 'directory'],
  async answer({ RED, fields }) {
    const disk = await diskOf(dataPath(fields.directory, RED.settings.userDir));
    const ring = await offeredBy<Ring>(RED, fields.id).catch(() => undefined);
    const segments = ring?.segments ?? [];
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const seconds = sum(segments.map(({ from, to }) => to - from));
    const bytes = sum(segments.map((segment) => segment.bytes));
    return seconds > 0 ? { ...disk, usedBytes: bytes, bytesPerSecond: bytes / seconds } : disk;
  },
};
