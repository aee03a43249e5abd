import { access } from 'node:fs/promises';
import type { NodeAPI } from 'node-red';
import { V2xError } from '../lib/errors';
import { takeSnapshot } from '../lib/camera/snapshot';
import { cameraSource, displayAddress, type CameraSource, type SourceKind } from '../lib/camera/source';
import { tidyAddress } from '../lib/camera/url';
import { videoDevices } from '../lib/camera/video-devices';
import type { AdminRoute } from '../lib/node-red/http/admin';
import { offeredBy } from '../lib/node-red/flow-node';
import { isReference, withoutUnset } from '../lib/node-red/settings';

/** What the editor shows in place of a stored password, and sends back when it was not changed. */
const STORED = '__PWRD__';
const KINDS: readonly string[] = ['auto', 'rtsp', 'v4l2', 'file', 'synthetic'];

/** The video devices of this machine. */
export const camerasRoute: AdminRoute = {
  method: 'get',
  path: '/v2x/cameras',
  fields: [],
  answer: () => videoDevices(),
};

let busy = false;

type Field = 'id' | 'kind' | 'address' | 'detectionAddress' | 'user' | 'password' | 'detection';

/** One picture of a camera as a dialog describes it, deployed or not. One at a time: each one costs an ffmpeg. */
export const snapshotRoute: AdminRoute<Field> = {
  method: 'post',
  path: '/v2x/camera/snapshot',
  fields: ['id', 'kind', 'address', 'detectionAddress', 'user', 'password', 'detection'],
  async answer({ RED, clock, signal, fields }) {
    if (busy)
      throw new V2xError('busy', 'Another camera test is running', {}, { remedy: 'try again in a moment' });
    busy = true;
    try {
      const source = await describedCamera(RED, fields);
      return await takeSnapshot(source, { clock, signal, detection: fields.detection === 'true' });
    } finally {
      busy = false;
    }
  },
};

type Fields = Readonly<Record<Field, string>>;

/** @throws V2xError `camera`, `other-host`, `not-deployed` */
async function describedCamera(RED: NodeAPI, fields: Fields): Promise<CameraSource> {
  const { id, kind = 'auto', user, password } = withoutUnset(fields);
  if (!KINDS.includes(kind)) throw new V2xError('camera', 'Unknown kind of camera');
  const described = cameraSource({
    kind: kind as SourceKind | 'auto',
    address: await resolved(RED, fields, 'address'),
    detectionAddress: await resolved(RED, fields, 'detectionAddress'),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined || password === STORED ? {} : { password }),
  });
  // Nothing else asks for a password.
  if (password !== STORED || described.kind !== 'rtsp') return described;
  return withStoredPassword(described, await deployedCamera(RED, id ?? ''));
}

/**
 * The value of an environment variable where a setting names one, as Node-RED gives it on deploying.
 * A variable that holds no camera may be somebody's secret: what is no address must not come back in an error.
 */
async function resolved(
  RED: NodeAPI,
  { id, ...fields }: Fields,
  name: 'address' | 'detectionAddress',
): Promise<string> {
  const setting = fields[name];
  if (!isReference(setting)) return setting;
  const value = tidyAddress(String(RED.util.evaluateNodeProperty(setting, 'env', RED.nodes.getNode(id), {})));
  if (value === '' || /^rtsps?:\/\//i.test(value) || (await exists(value))) return value;
  throw new V2xError(
    'camera',
    `The variable ${setting} contains neither an RTSP URL nor a device or file of this machine`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function deployedCamera(RED: NodeAPI, id: string): Promise<CameraSource> {
  const camera = await offeredBy<CameraSource>(RED, id).catch(() => undefined);
  if (camera) return camera;
  throw new V2xError(
    'not-deployed',
    'The stored password is available only after deploying',
    {},
    { remedy: 'enter it or deploy' },
  );
}

/**
 * The browser never sees a stored password, and must not obtain it by naming another place to send it to: all
 * addresses have to be on the server that it was stored for.
 */
function withStoredPassword(described: CameraSource, deployed: CameraSource): CameraSource {
  const known = [deployed.address, deployed.detectionAddress].map(serverOf);
  const asked = [described.address, described.detectionAddress ?? described.address].map(serverOf);
  if (!asked.every((server) => server !== undefined && known.includes(server))) {
    throw new V2xError(
      'other-host',
      `The stored password belongs to ${displayAddress(deployed)}`,
      {},
      { remedy: 'enter it again for a different address' },
    );
  }
  const user = described.user ?? deployed.user;
  return {
    ...described,
    ...(user === undefined ? {} : { user }),
    ...(deployed.password === undefined ? {} : { password: deployed.password }),
  };
}

/** Scheme, host and port: what the password is sent to, and whether it is sent in the clear. */
function serverOf(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
}
