import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SignJWT } from 'jose';
import type { Alert } from '../../nodes/lib/alert/alert';
import { atEnd } from '../support/at-end';
import { RunningExample } from '../support/unit/example';
import { Mosquitto, mosquittoMissing } from '../support/network/mosquitto';
import { fileIn, namesIn } from '../support/unit/unit';

const CLIP = /^accident_\d+(_\d+)?\.json$/;
const SEGMENT = /^seg_\d+\.mp4$/;

interface Manifest {
  readonly event: { readonly type: string; readonly ts: number; readonly camera?: string };
  readonly wanted: { readonly from: number; readonly to: number };
  readonly duration_s: number;
}

async function manifestIn(directory: string, except: string[] = []): Promise<Manifest> {
  return JSON.parse(await readFile(await fileIn(directory, CLIP, except), 'utf8')) as Manifest;
}

// The examples roadside-unit and vehicle together are the default project, which the other suites run.
describe('example several-cameras', () => {
  it('records two cameras, and keeps the footage of the one that saw it', async (t) => {
    const site = await RunningExample.start('several-cameras', {
      settings: { 'v2x-segment-store': { segmentSeconds: 2 } },
      environment: { V2X_PRE: '2', V2X_POST: '1' },
    });
    const { unit } = site;
    atEnd(t, () => unit.stop());
    const archive = (camera: string) => join(unit.directory('archive'), camera);
    const vehicle = await unit.listen();
    atEnd(t, () => vehicle.stop('SIGINT'));
    await Promise.all(['north', 'south'].map((name) => fileIn(join(unit.directory('rec'), name), SEGMENT)));

    await site.press('collision, north');
    await vehicle.line(/^\[RECV\] new collision/);
    assert.equal((await manifestIn(archive('north'))).event.camera, 'north');
    assert.deepEqual(await namesIn(archive('south'), CLIP), []);

    const since = vehicle.lines.length;
    await site.press('fire, south');
    await vehicle.line(/^\[RECV\] new fire/, since);
    const south = await fileIn(archive('south'), CLIP);
    assert.equal((await namesIn(archive('north'), CLIP)).length, 1);
    await site.press('cancel the last one');
    await vehicle.line(/^\[RECV\] .*cancel/, since);

    const north = (await namesIn(archive('north'), CLIP)).map((name) => join(archive('north'), name));
    await site.press('blockage, no camera');
    const both = await Promise.all([
      manifestIn(archive('north'), north),
      manifestIn(archive('south'), [south]),
    ]);
    assert.deepEqual(
      both.map(({ event }) => event.type),
      ['blockage', 'blockage'],
    );
    site.assertQuiet();
  });
});

describe('example alert-only', () => {
  it('warns, changes the warning and ends it, by buttons and by files', async (t) => {
    const warning = await RunningExample.start('alert-only');
    const { unit } = warning;
    atEnd(t, () => unit.stop());
    const vehicle = await unit.listen('--json');
    atEnd(t, () => vehicle.stop('SIGINT'));
    const heard = async (pattern: RegExp) => JSON.parse((await vehicle.line(pattern)).text) as Alert;

    await warning.press('collision');
    const first = await heard(/"high"/);
    await warning.press('it got worse');
    const worse = await heard(/"critical"/);
    await warning.press('the road is clear');
    const end = await heard(/"cancelled"/);
    assert.match(first.sub, /^1001:\d+$/);
    assert.deepEqual([worse.sub, end.sub], [first.sub, first.sub]);

    assert.equal(await unit.cli('emit', '--type', 'fire').exit(), 0);
    await heard(/"fire"/);
    warning.assertQuiet();
  });
});

describe('example j2735', () => {
  it('warns in messages of SAE J2735 and reads them back, through update and cancel', async (t) => {
    const site = await RunningExample.start('j2735');
    atEnd(t, () => site.unit.stop());
    for (const [button, heard] of [
      ['collision', /\[RECV\] new collision within 500 m \(0:\d+\)/],
      ['it caught fire', /\[RECV\] update fire within 1000 m/],
      ['the road is clear', /\[RECV\] cancel collision/],
    ] as const) {
      await site.press(button);
      await site.unit.program.line(heard);
    }
    site.assertQuiet();
  });
});

describe('example clip-on-demand', () => {
  it('keeps the seconds around the press that the button names', async (t) => {
    const demand = await RunningExample.start('clip-on-demand', {
      settings: { 'v2x-segment-store': { segmentSeconds: 2 } },
    });
    const { unit } = demand;
    atEnd(t, () => unit.stop());
    await fileIn(join(unit.data, 'on-demand'), SEGMENT);

    const pressed = Date.now() / 1000;
    await demand.press('the last minute');
    const { event, wanted, duration_s } = await manifestIn(unit.directory('archive'));
    assert.equal(event.type, 'manual');
    assert.ok(event.ts >= pressed && event.ts <= Date.now() / 1000, `${event.ts} for ${pressed}`);
    assert.deepEqual(
      [wanted.from, wanted.to].map((time) => Math.round(time - event.ts)),
      [-60, 0],
    );
    assert.ok(duration_s > 1, `${duration_s} s`);
    await unit.program.line(/\[debug:clip\]/);
    demand.assertQuiet();
  });
});

describe('example sites-over-mqtt', { skip: mosquittoMissing() }, () => {
  it('brings the alerts of a site to a centre through a real broker, and no forged ones', async (t) => {
    const broker = await Mosquitto.start();
    atEnd(t, () => broker.stop());
    const environment = { V2X_KEY: randomBytes(32).toString('base64url'), V2X_STATION: '2001' };
    const settings = { 'mqtt-broker': { broker: '127.0.0.1', port: String(broker.port) } };
    const site = await RunningExample.start('sites-over-mqtt', { tab: 'Site', settings, environment });
    atEnd(t, () => site.unit.stop());
    await site.unit.program.line(/Connected to broker/);
    const nearby = await site.unit.listen();
    atEnd(t, () => nearby.stop('SIGINT'));

    // Before the centre is there: it hears of it all the same.
    await site.press('collision');
    await nearby.line(/^\[RECV\] new collision/);
    const token = await broker.retained('v2x/alert/2001/+');
    const centre = await RunningExample.start('sites-over-mqtt', { tab: 'Centre', settings, environment });
    atEnd(t, () => centre.unit.stop());
    const faraway = await centre.unit.listen('--json');
    atEnd(t, () => faraway.stop('SIGINT'));
    await centre.unit.program.line(/\[RECV\] new collision high Songdo-ro \(2001:\d+\)/);
    await faraway.line(/"collision"/);

    await site.press('cancel the last one');
    await centre.unit.program.line(/\[RECV\] cancel collision/);
    await faraway.line(/"cancelled"/);

    // Right in everything but the key.
    const [, payload = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const forged = await new SignJWT({ ...claims, sub: '2001:99', iat: Date.now() / 1000 })
      .setProtectedHeader({ alg: 'HS256', kid: 'rsu', typ: 'JWT' })
      .sign(randomBytes(32));
    await broker.publish('v2x/alert/2001/99', forged);
    await centre.unit.program.line(/1 refused \(signature\)/);
    await broker.publish('v2x/alert/2001/98', 'no alert at all');
    await centre.unit.program.line(/1 refused \(malformed\)/);
    assert.doesNotMatch(faraway.output, /2001:99/);
    site.assertQuiet();
    centre.assertQuiet();
  });
});
