import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { Setting, SettingTable } from '../../nodes/lib/node-red/settings';
import { TYPES } from '../support/unit/package';

/**
 * Defaults, ranges, units and choices as they are published: everything else reads the tables themselves and would
 * follow a slip in one of them. Flows in the field rely on each line.
 */
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'clip-maker': {
    directory: 'text "archive"',
    pre: '300 of 0 to 3600, seconds, or from the message',
    post: '300 of 0 to 3600, seconds, or from the message',
    parallel: '1 of 1 to 8, whole, clips',
    exact: 'off',
    cancel: 'keep | drop',
  },
  'denm-encode': {
    framing: 'plain | btp | geonetworking',
    lat: 'none of -90 to 90, degrees',
    lon: 'none of -180 to 180, degrees',
    direction: 'allTrafficDirections | upstreamTraffic | downstreamTraffic | oppositeTraffic',
    heading: 'none of 0 to 360, degrees',
    interval: '1 of 0.001 to 10, seconds',
    causes: 'text ""',
  },
  'j2735-decode': { profile: 'korea | us', codes: 'text ""', hold: '10 of 1 to 3600, seconds' },
  'j2735-encode': {
    profile: 'korea | us',
    message: 'profile | RSA | TIM',
    directions: 'text ""',
    priority: 'none of 0 to 7, whole',
    psid: 'none of 0 to 270549119, whole',
    codes: 'text ""',
    clearing: '10 of 1 to 600, seconds',
    regional: 'text ""',
  },
  'event-dir-in': {
    directory: 'text "events"',
    after: 'done | delete | leave',
    incomplete: '5 of 0.1 to 3600, seconds',
    stale: '600 of 0 to 1000000000, seconds',
  },
  'event-dir-out': {
    directory: 'text "events"',
  },
  'ffmpeg-segmenter': {
    autostart: 'on',
  },
  'simple-detector': {
    width: '640 of 16 to 3840, whole, pixels',
    height: '360 of 16 to 2160, whole, pixels',
    fps: '10 of 0.1 to 60, perSecond',
    engine: 'builtin | opencv',
    mode: 'road | seed',
    redPercent: '20 of 0 to 100, percent',
    stillPercent: '0.5 of 0.001 to 100, percent',
    fireSeconds: '3 of 0 to 3600, seconds',
    stillSeconds: '9 of 0.1 to 86400, seconds',
    cooldownSeconds: '60 of 0 to 86400, seconds',
    evidenceFrames: '3 of 1 to 1000, whole, frames',
    fireFrames: '10 of 1 to 100000, whole, frames',
    stillFrames: '90 of 1 to 100000, whole, frames',
    frame: 'off',
  },
  'v2x-alert': {
    station: '1001 of 0 to 4294967295, whole',
    validity: '600 of 1 to 86400, seconds',
  },
  'v2x-alert-tracker': {
    lat: 'none of -90 to 90, degrees',
    lon: 'none of -180 to 180, degrees',
    heading: 'none of 0 to 360, degrees',
    size: '1024 of 1 to 65536, whole, alerts',
  },
  'v2x-camera': {
    kind: 'auto | rtsp | v4l2 | file | synthetic',
    audio: 'aac | copy | none',
  },
  'v2x-key': {
    keyId: 'text "rsu"',
    algorithm: 'HS256 | EdDSA',
    secretEnv: 'text "V2X_KEY"',
  },
  'v2x-multicast-group': {
    group: 'text "239.255.42.99"',
    port: '37020 of 1 to 65535, whole',
    interfaces: 'text "lo"',
    hops: '1 of 0 to 255, whole',
    loopback: 'on',
  },
  'v2x-multicast-in': {
    rejoin: '60 of 1 to 3600, seconds',
    limit: '1400 of 1 to 65507, whole, bytes',
  },
  'v2x-multicast-out': {
    interval: '1 of 0.05 to 60, seconds',
    duration: 'none of 0 to 86400, seconds',
    perSecond: '200 of 1 to 10000, perSecond',
    reportRepetitions: 'off',
  },
  'v2x-segment-store': {
    directory: 'text "rec"',
    segmentSeconds: '10 of 1 to 600, seconds',
    retentionHours: '1 of 0 to 87600, hours',
    maxGigabytes: '0 of 0 to 1000000, gigabytes',
    minFreeGigabytes: '1 of 0 to 1000000, gigabytes',
  },
  'v2x-verify': {
    skew: '5 of 0 to 3600, seconds',
  },
};

function described(setting: Setting): string {
  switch (setting.kind) {
    case 'number': {
      const { fallback = 'none', min, max, whole, unit, fromMessage } = setting;
      const notes = [whole && 'whole', unit, fromMessage && 'or from the message'].filter(Boolean);
      return [`${fallback} of ${min} to ${max}`, ...notes].join(', ');
    }
    case 'choice':
      return setting.choices.join(' | ');
    case 'switch':
      return setting.fallback ? 'on' : 'off';
    case 'text':
      return `text ${JSON.stringify(setting.fallback)}`;
  }
}

describe('published settings', () => {
  const built = createRequire(resolve('package.json'));
  for (const type of TYPES.filter((each) => existsSync(`nodes/${each}/settings.ts`))) {
    const { SETTINGS = {} } = built(`./dist/${type}/settings.js`) as { readonly SETTINGS?: SettingTable };
    it(`of ${type} are what its table says`, () => {
      const table = Object.entries(SETTINGS).map(([name, setting]) => [name, described(setting)]);
      assert.deepEqual(Object.fromEntries(table), PUBLISHED[type] ?? {});
    });
  }
});
