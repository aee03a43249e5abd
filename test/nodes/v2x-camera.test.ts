import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { CameraSource } from '../../nodes/lib/camera/source';
import { defineNode } from '../../nodes/lib/node-red/define-node';
import v2xCamera from '../../nodes/v2x-camera/v2x-camera';
import { outlet, probe, startFlow, stopFlow } from '../support/flow';

/** Tells what the camera offers. */
const user = defineNode<{ camera: string }>({
  type: 'user',
  async setup(node) {
    node.send({ payload: await node.use<CameraSource>(node.config.camera, 'v2x-camera') });
    return {};
  },
});

async function sourceOf(camera: object, credentials: Record<string, string> = {}): Promise<unknown> {
  const flow = [
    { id: 'next', type: 'helper' },
    { id: 'camera', type: 'v2x-camera', kind: 'auto', audio: 'aac', ...camera },
    { id: 'reader', type: 'user', camera: 'camera', wires: [['next']] },
  ];
  await startFlow([v2xCamera, user], flow, { credentials: { camera: credentials } });
  return (await outlet('next').next()).payload;
}

describe('v2x-camera', () => {
  afterEach(stopFlow);

  it('offers its source with the credentials', async () => {
    const camera = { address: 'rtsp://cam/1', detectionAddress: 'rtsp://cam/2', audio: 'none' };
    assert.deepEqual(await sourceOf(camera, { user: 'op', password: 'pw' }), {
      kind: 'rtsp',
      ...camera,
      user: 'op',
      password: 'pw',
    });
  });

  it('is the synthetic picture when V2X_CAMERA is not set', async () => {
    assert.equal(process.env.V2X_CAMERA, undefined);
    assert.deepEqual(await sourceOf({ address: '${V2X_CAMERA}' }), {
      kind: 'synthetic',
      address: '',
      audio: 'aac',
    });
  });

  it('refuses a hostile address without showing it', async () => {
    await startFlow([v2xCamera], [{ id: 'camera', type: 'v2x-camera', address: 'http://op:secret@cam/' }]);
    const camera = probe('camera');
    assert.doesNotMatch(await camera.error(), /secret/);
    await camera.status(({ fill }) => fill === 'red');
  });
});
