import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { settingsOf } from '../../../cli/doctor/settings';
import { readUnit } from '../../../cli/doctor/unit';
import { text } from '../../../nodes/lib/node-red/settings';
import { atEnd } from '../../support/at-end';
import { temporaryDirectory } from '../../support/flow';

/** Sets environment variables for one test. */
function environment(t: TestContext, values: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  Object.assign(process.env, values);
  atEnd(t, () => {
    process.env = before;
  });
}

/** As Node-RED seals credentials. */
function sealed(credentials: object, secret: string): string {
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), vector);
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return JSON.stringify({ $: vector.toString('hex') + text });
}

const FLOW = [
  { id: 'tab', type: 'tab', disabled: true },
  { id: 'off', type: 'event-dir-in', z: 'tab', directory: 'x' },
  { id: 'in', type: 'event-dir-in', z: 'other', directory: 'drop' },
  { id: 'd', type: 'event-dir-in', z: 'other', d: true },
  { id: 'rec', type: 'ffmpeg-segmenter', z: 'other', name: 'north', camera: 'cam' },
  { id: 'cam', type: 'v2x-camera', address: '${V2X_CAMERA}', detectionAddress: '${NOT_SET}', audio: '' },
];

async function writtenUnit(t: TestContext) {
  const data = await temporaryDirectory(t);
  environment(t, { V2X_DATA: data, V2X_CAMERA: '/dev/video7' });
  await mkdir(join(data, 'node-red'));
  await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(FLOW));
  return data;
}

describe('the unit that the doctor examines', () => {
  it('is the shipped flow before the first start', async (t) => {
    environment(t, { V2X_DATA: await temporaryDirectory(t) });
    const unit = readUnit();
    assert.equal(unit.of('ffmpeg-segmenter').length, 1);
    assert.ok(unit.isDefault);
  });

  it('is the deployed flow with the environment filled in, without what is disabled', async (t) => {
    const data = await writtenUnit(t);
    const unit = readUnit();
    const [taker, ...more] = unit.of('event-dir-in');
    assert.deepEqual([taker.id, more], ['in', []]);
    const { directory } = settingsOf(taker, { directory: text('events') });
    assert.equal(unit.path(directory), join(data, 'drop'));
    const [recorder] = unit.of('ffmpeg-segmenter');
    assert.equal(recorder.label, 'ffmpeg-segmenter "north"');
    assert.deepEqual(unit.refer(recorder, 'camera')?.config, { address: '/dev/video7' });
  });

  for (const [whose, file, content] of [
    ['of v2x start', 'credential-secret', 'the secret\n'],
    ["of a Node-RED of the user's own", '.config.runtime.json', '{"_credentialSecret":"the secret"}'],
  ]) {
    it(`reads credentials ${whose}`, async (t) => {
      const data = await writtenUnit(t);
      const credentials = { cam: { user: 'op', password: 'pw' } };
      await writeFile(join(data, 'node-red', 'flows_cred.json'), sealed(credentials, 'the secret'));
      await writeFile(join(data, 'node-red', file), content);
      assert.deepEqual(readUnit().of('v2x-camera')[0].credentials, credentials.cam);
    });
  }

  it('does not know credentials whose secret it has not', async (t) => {
    const data = await writtenUnit(t);
    await writeFile(join(data, 'node-red', 'flows_cred.json'), sealed({ cam: {} }, 'the secret'));
    assert.equal(readUnit().of('v2x-camera')[0].credentials, undefined);
  });

  it('says which flow cannot be read', async (t) => {
    const data = await writtenUnit(t);
    await writeFile(join(data, 'broken.json'), '{');
    assert.throws(() => readUnit(join(data, 'broken.json')), /broken\.json cannot be read/);
    assert.throws(() => readUnit(join(data, 'none.json')), /none\.json cannot be read.*--flow/);
  });
});
