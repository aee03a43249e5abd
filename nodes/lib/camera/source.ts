import { resolve } from 'node:path';
import { V2xError } from '../errors';
import { splitCameraUrl } from './url';

export type SourceKind = 'rtsp' | 'v4l2' | 'file' | 'synthetic';

/** `aac`: AAC is copied, other codecs become AAC; `copy`: AAC is copied, others are dropped; `none`: no sound. */
export type AudioPolicy = 'aac' | 'copy' | 'none';

/** Where pictures come from. Made by `cameraSource`, which checks what it is given. */
export interface CameraSource {
  readonly kind: SourceKind;
  /** URL without user and password, device, absolute path of a file; empty for the synthetic test picture. */
  readonly address: string;
  /** A second, smaller stream of the same camera for detection. */
  readonly detectionAddress?: string;
  readonly user?: string;
  readonly password?: string;
  readonly audio: AudioPolicy;
}

/** A camera as a user writes it down: user and password may stand in the URL or beside it. */
export interface CameraSettings {
  readonly kind?: SourceKind | 'auto';
  readonly address?: string;
  readonly detectionAddress?: string;
  readonly user?: string;
  readonly password?: string;
  readonly audio?: AudioPolicy;
}

/**
 * Checks a camera's settings and takes the password out of its address.
 * @throws V2xError `camera` when an address does not fit its kind, or could be taken for something else by ffmpeg
 */
export function cameraSource(settings: CameraSettings): CameraSource {
  const { address = '', detectionAddress = '', audio = 'aac' } = settings;
  const kind = settings.kind === undefined || settings.kind === 'auto' ? kindOf(address) : settings.kind;
  const main = checkAddress(kind, address);
  const user = settings.user || main.user;
  const password = settings.password || main.password;
  return {
    kind,
    address: main.address,
    audio,
    ...(detectionAddress === '' ? {} : { detectionAddress: checkAddress(kind, detectionAddress).address }),
    ...(user ? { user } : {}),
    ...(password ? { password } : {}),
  };
}

/**
 * How a source is shown to users: of a URL only scheme, host and port, since many cameras take user and password
 * in its path or query.
 */
export function displayAddress({ kind, address }: CameraSource): string {
  if (kind === 'synthetic') return 'synthetic test picture';
  if (kind !== 'rtsp') return address;
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
}

/** What is to be opened for recording or, with `detection`, for detection. */
export function addressFor({ address, detectionAddress }: CameraSource, detection: boolean): string {
  return detection ? (detectionAddress ?? address) : address;
}

/** A device by its number, as OpenCV takes it: 0 is /dev/video0. */
const DEVICE_INDEX = /^\d{1,2}$/;

function kindOf(address: string): SourceKind {
  if (address === '') return 'synthetic';
  if (/^rtsps?:\/\//i.test(address)) return 'rtsp';
  if (address.startsWith('/dev/') || DEVICE_INDEX.test(address)) return 'v4l2';
  return 'file';
}

interface CheckedAddress {
  readonly address: string;
  readonly user?: string;
  readonly password?: string;
}

function checkAddress(kind: SourceKind, address: string): CheckedAddress {
  switch (kind) {
    case 'rtsp':
      return checkRtsp(address);
    case 'v4l2':
      if (DEVICE_INDEX.test(address)) return { address: `/dev/video${Number(address)}` };
      if (/^\/dev\/[\w-][\w./-]*$/.test(address) && !address.includes('..')) return { address };
      throw refused('is not a video device such as /dev/video0');
    case 'file':
      return { address: checkFile(address) };
    case 'synthetic':
      return { address: '' };
  }
}

function checkRtsp(address: string): CheckedAddress {
  const url = splitCameraUrl(address);
  if (!url || !/^rtsps?:\/\/[^/:?]/.test(url.address)) {
    throw refused('is not an RTSP URL such as rtsp://192.168.1.10:554/stream1');
  }
  return url;
}

function checkFile(address: string): string {
  if (address === '') throw refused('is empty; give the path of a film');
  if (address.startsWith('-')) throw refused('starts with "-"; write ./ before it if that is the name');
  if (/^[a-z][a-z\d+.-]*:/i.test(address) || /\p{Cc}/u.test(address)) {
    throw refused('is neither an RTSP URL, a device nor a file');
  }
  return resolve(address);
}

/** Says what is wrong without repeating the address: it may hold a password. */
function refused(reason: string): V2xError {
  return new V2xError('camera', `The camera address ${reason}`, { reason });
}
