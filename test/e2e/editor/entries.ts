import { readFlow } from '../../support/unit/package';

/** What a user enters in the dialog of a type. */
export interface Entries {
  /** Property, a value that is refused, and the words that say so. */
  readonly bad?: readonly [string, string, RegExp];
  readonly good: Readonly<Record<string, string>>;
  /** Whether it shows a status without a message. */
  readonly status?: true;
}

/** The config nodes of the default flow. */
export const CONFIG = readFlow('flows/flows.json').filter(({ z, type }) => z === undefined && type !== 'tab');
/** Id of the config node of a type. */
export const idOf = (type: string) => CONFIG.find((node) => node.type === type)?.id ?? '';
export const STORE = idOf('v2x-segment-store');
export const CAMERA = idOf('v2x-camera');
const GROUP = idOf('v2x-multicast-group');
const KEY = idOf('v2x-key');

export const NODES: Readonly<Record<string, Entries>> = {
  'ffmpeg-segmenter': { good: { camera: CAMERA, store: STORE }, status: true },
  'clip-maker': {
    bad: ['pre', '-5', /Pre-roll: must be a number from 0 to 3600/],
    good: { store: STORE, pre: '30', directory: 'archive' },
    status: true,
  },
  'event-dir-in': {
    bad: ['directory', 'http://x/', /must be a directory path/],
    good: { directory: 'events' },
    status: true,
  },
  'event-dir-out': {
    bad: ['directory', 'ftp://x/', /must be a directory path/],
    good: { directory: 'events' },
  },
  'simple-detector': {
    bad: ['fps', 'many', /must be a number from 0.1 to 60/],
    good: { camera: CAMERA, fps: '5' },
    status: true,
  },
  'v2x-alert': {
    bad: ['station', '1.5', /must be a whole number from 0 to 4294967295/],
    good: { station: '7' },
    status: true,
  },
  'hmac-sign': { good: { key: KEY } },
  'denm-encode': {
    bad: ['interval', '11', /must be a number from 0.001 to 10/],
    good: { interval: '1', lat: '37.39', lon: '126.64' },
    status: true,
  },
  'j2735-encode': {
    bad: ['priority', '8', /must be a whole number from 0 to 7/],
    good: { priority: '5' },
    status: true,
  },
  'v2x-multicast-out': {
    bad: ['interval', '0', /must be a number from 0.05 to 60/],
    good: { group: GROUP, interval: '1' },
    status: true,
  },
  'v2x-multicast-in': {
    bad: ['limit', '70000', /must be a whole number from 1 to 65507/],
    good: { group: GROUP, limit: '1400' },
    status: true,
  },
  'denm-decode': { good: {}, status: true },
  'j2735-decode': { bad: ['hold', '0', /must be a number from 1 to 3600/], good: { hold: '10' } },
  'v2x-verify': { bad: ['skew', '-1', /must be a number from 0 to 3600/], good: { key: KEY, skew: '5' } },
  'v2x-alert-tracker': { bad: ['lat', '91', /must be a number from -90 to 90/], good: { lat: '37.5' } },
};

export const CONFIG_NODES: Readonly<Record<string, Entries>> = {
  'v2x-camera': {
    bad: ['detectionAddress', 'http://cam/', /must be an RTSP URL, a video device or the path/],
    good: { detectionAddress: '' },
  },
  'v2x-segment-store': {
    bad: ['segmentSeconds', '0', /must be a number from 1 to 600/],
    good: { segmentSeconds: '10' },
  },
  'v2x-key': {
    bad: ['secret', 'too short', /needs at least 32 bytes/],
    good: { secret: 'a secret of more than thirty-two bytes' },
  },
  'v2x-multicast-group': {
    bad: ['hops', '300', /must be a whole number from 0 to 255/],
    good: { hops: '1' },
  },
};
