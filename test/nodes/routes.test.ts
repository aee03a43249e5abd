import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AdminApi, type User } from '../support/unit/admin-api';
import { atEnd } from '../support/at-end';
import { rtspServerMissing, startRtspServer } from '../support/camera/rtsp-server';

const SECRET = 's3cret-pa55';
const SNAPSHOT = '/v2x/camera/snapshot';

/** Everything that this package answers over HTTP; README lists the same. */
const ROUTES: readonly ((api: AdminApi, user: User) => Promise<Response>)[] = [
  (api, user) => api.get('/v2x/interfaces', user),
  (api, user) => api.get('/v2x/cameras', user),
  (api, user) => api.get('/v2x/directories?path=', user),
  (api, user) => api.get('/v2x/disk?directory=rec', user),
  (api, user) => api.post(SNAPSHOT, { kind: 'synthetic' }, user),
];

describe('what the dialogs ask of the machine', () => {
  let api: AdminApi;

  before(async () => {
    api = await AdminApi.start();
    for (const name of ['rec', 'recent', '.hidden', 'other'])
      await mkdir(join(api.userDir, 'v2x', name), { recursive: true });
    await writeFile(join(api.userDir, 'v2x', 'record.txt'), '');
    await symlink(tmpdir(), join(api.userDir, 'v2x', 'out'));
  });
  after(() => api.stop());

  it('is for those who may deploy, and nobody else', async () => {
    for (const ask of ROUTES) {
      assert.equal((await ask(api, 'nobody')).status, 401);
      assert.equal((await ask(api, 'reader')).status, 401);
      assert.equal((await ask(api, 'admin')).status, 200);
    }
  });

  it('is not for pages of other sites, in a Node-RED without settings of ours too', async () => {
    for (const path of ['interfaces', 'cameras', 'directories?path=', 'disk?directory=rec']) {
      const answer = await api.getFrom('http://evil.example', `/v2x/${path}`);
      assert.equal(answer.status, 403, path);
    }
    const foreign = await api.postFrom('null', SNAPSHOT, { kind: 'synthetic' });
    assert.equal(foreign.status, 403);
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
  });

  it('offers the interfaces with their addresses', async () => {
    const interfaces = (await (await api.get('/v2x/interfaces')).json()) as {
      name: string;
      addresses: string[];
    }[];
    assert.deepEqual(
      interfaces.map(({ name }) => name),
      Object.keys(networkInterfaces()),
    );
    assert.ok(interfaces.find(({ name }) => name === 'lo')?.addresses.includes('127.0.0.1'));
  });

  const directories = async (path: string): Promise<unknown> =>
    (await api.get(`/v2x/directories?path=${encodeURIComponent(path)}`)).json();

  it('completes directories of the data root', async () => {
    assert.deepEqual(await directories('rec'), ['rec', 'recent']);
    assert.deepEqual(await directories(join(api.userDir, 'v2x', 'oth')), [join(api.userDir, 'v2x', 'other')]);
  });

  for (const hostile of [
    '../',
    '../../',
    'out/',
    '/etc/',
    '/',
    '/mnt/../etc/',
    'rec/../../',
    '\0',
    '~/',
    '%2e%2e/',
  ]) {
    it(`tells nothing of ${JSON.stringify(hostile)}`, async () => {
      const answer = await directories(hostile);
      assert.ok(!Array.isArray(answer) || answer.length === 0, JSON.stringify(answer));
    });
  }

  it('refuses what is no bounded text', async () => {
    for (const query of ['path[]=a&path[]=b', 'path[__proto__]=x', `path=${'a/'.repeat(2000)}`]) {
      const response = await api.get(`/v2x/directories?${query}`);
      assert.equal(response.status, 422, query);
      assert.equal(((await response.json()) as { code: string }).code, 'input');
    }
  });

  it('takes no form, which a page of another site could send', async () => {
    const response = await api.postForm(SNAPSHOT, { kind: 'synthetic' });
    assert.equal(response.status, 422);
    assert.equal(((await response.json()) as { code: string }).code, 'input');
  });

  it('tells the disk of a directory that is still to be made', async () => {
    const disk = (await (await api.get('/v2x/disk?directory=a/b/c')).json()) as Record<string, number>;
    assert.ok(disk.freeBytes > 0 && disk.totalBytes >= disk.freeBytes);
  });

  describe('testing a camera', () => {
    it('gives a picture, one at a time', async () => {
      const both = await Promise.all([1, 2].map(() => api.post(SNAPSHOT, { kind: 'auto', address: '' })));
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 429]);
      const [picture] = both.filter(({ status }) => status === 200);
      assert.equal(picture.headers.get('content-type'), 'image/jpeg');
      assert.deepEqual([...new Uint8Array(await picture.arrayBuffer())].slice(0, 3), [0xff, 0xd8, 0xff]);
    });

    it('says what is wrong, and never the password', async () => {
      const address = `rtsp://op:${SECRET}@127.0.0.1:1/cam`;
      const response = await api.post(SNAPSHOT, { kind: 'auto', address });
      assert.equal(response.status, 422);
      const { code, message } = (await response.json()) as { code: string; message: string };
      assert.equal(code, 'no-picture');
      assert.match(message, /No picture from rtsp:\/\/127\.0\.0\.1:1: .*refused/);
      assert.ok(!message.includes(SECRET));
    });

    it('does not give away variables that hold no camera', async (t) => {
      process.env.V2X_TEST_SECRET = SECRET;
      atEnd(t, () => delete process.env.V2X_TEST_SECRET);
      for (const kind of ['auto', 'file', 'v4l2', 'rtsp']) {
        const response = await api.post(SNAPSHOT, { kind, address: '${V2X_TEST_SECRET}' });
        assert.equal(response.status, 422);
        assert.ok(!(await response.text()).includes(SECRET));
      }
    });

    it('takes the stored password for its own server', { skip: rtspServerMissing() }, async (t) => {
      const camera = await startRtspServer({ user: 'op', password: SECRET });
      atEnd(t, () => camera.stop());
      const described = { id: 'cam', kind: 'auto', address: camera.url, user: 'op', password: '__PWRD__' };
      const before = await api.post(SNAPSHOT, described);
      assert.equal(((await before.json()) as { code: string }).code, 'not-deployed');

      await api.deploy([deployedCamera(camera.url)]);
      assert.equal((await api.post(SNAPSHOT, described)).status, 200);
      assert.equal((await api.post(SNAPSHOT, { ...described, password: SECRET })).status, 200);
      assert.equal((await api.post(SNAPSHOT, { ...described, password: 'wrong' })).status, 422);
    });

    it('sends the stored password nowhere else', async (t) => {
      const thief = createServer();
      let connections = 0;
      thief.on('connection', (socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((listening) => thief.listen(0, '127.0.0.1', listening));
      atEnd(t, () => thief.close());
      const own = `127.0.0.1:${(thief.address() as AddressInfo).port}`;
      await api.deploy([deployedCamera('rtsps://192.0.2.1:554/cam')]);
      for (const address of [
        `rtsp://${own}/cam`,
        `rtsp://192.0.2.1:554@${own}/cam`,
        `rtsps://${own}#192.0.2.1:554`,
        'rtsp://192.0.2.1:554/cam',
      ]) {
        for (const place of ['address', 'detectionAddress']) {
          const response = await api.post(SNAPSHOT, {
            id: 'cam',
            kind: 'rtsp',
            address: 'rtsps://192.0.2.1:554/cam',
            password: '__PWRD__',
            detection: 'true',
            [place]: address,
          });
          assert.equal(((await response.json()) as { code: string }).code, 'other-host', address);
        }
      }
      assert.equal(connections, 0);
    });
  });
});

function deployedCamera(address: string): object {
  return {
    id: 'cam',
    type: 'v2x-camera',
    kind: 'auto',
    address,
    detectionAddress: '',
    audio: 'aac',
    credentials: { user: 'op', password: SECRET },
  };
}
