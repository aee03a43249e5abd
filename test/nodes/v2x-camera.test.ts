import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { CameraSource } from '../../nodes/lib/ffmpeg/source';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import v2xCamera from '../../nodes/v2x-camera/v2x-camera';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

/** Sends what the camera offers. */
const reader = defineNode<{ camera: string }>({
  type: 'reader',
  async setup(node) {
    const source = await node.use<CameraSource>(node.config.camera, 'v2x-camera');
    return {
      input: (_message, send) => {
        send({ payload: source });
      },
    };
  },
});

const flow = (camera: object) => [
  { id: 'camera', type: 'v2x-camera', kind: 'auto', audio: 'aac', ...camera },
  { id: 'user', type: 'reader', camera: 'camera', wires: [['out']] },
  { id: 'out', type: 'helper' },
];

async function offered(camera: object, credentials: Record<string, string> = {}): Promise<unknown> {
  await startFlow([v2xCamera, reader], flow(camera), { credentials: { camera: credentials } });
  const out = outlet('out');
  probe('user').node.receive({});
  return (await out.next()).payload;
}

describe('v2x-camera', () => {
  afterEach(stopFlow);

  it('is the synthetic test picture when nothing is set', async () => {
    assert.deepEqual(await offered({ address: '${V2X_NOT_SET}' }), {
      kind: 'synthetic',
      address: '',
      audio: 'aac',
    });
  });

  it('takes user and password from its credentials', async () => {
    const source = await offered({ address: 'rtsp://cam:8554/1' }, { user: 'op', password: 'p@ss' });
    assert.deepEqual(source, {
      kind: 'rtsp',
      address: 'rtsp://cam:8554/1',
      user: 'op',
      password: 'p@ss',
      audio: 'aac',
    });
  });

  it('refuses an address that ffmpeg could take for something else, without repeating it', async () => {
    await startFlow([v2xCamera, reader], flow({ kind: 'file', address: '-i secret' }));
    const error = await probe('camera').error();
    assert.match(error, /starts with "-"/);
    assert.ok(!error.includes('secret'));
    await probe('user').status(({ fill }) => fill === 'red');
    assert.deepEqual(probe('user').errors, []);
  });
});
