import { resolve } from 'node:path';
import { V2xError } from '../errors';
import { serverOf, shownFilm, splitCameraUrl, tidyAddress, type CameraUrlFault } from './url';

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
  const { audio = 'aac' } = settings;
  const address = tidyAddress(settings.address ?? '');
  const detectionAddress = tidyAddress(settings.detectionAddress ?? '');
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
 * How a source is shown to users: what cannot hold a password. Of a URL that is scheme, host and port, of a film its
 * path when it looks like one, see `shownFilm`. The path of a device has been checked.
 */
export function displayAddress({ kind, address }: CameraSource): string {
  switch (kind) {
    case 'synthetic':
      return 'synthetic test picture';
    case 'rtsp':
      return serverOf(address);
    case 'file':
      return shownFilm(address);
    case 'v4l2':
      return address;
  }
}

/** The address to open for recording or, with `detection`, for detection. */
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
  if (typeof url === 'string') throw refused(URL_FAULTS[url]);
  return url;
}

const WRITE_PASSWORD =
  'in a password, write / as %2F, ? as %3F and # as %23, or enter it in the password field of the camera node';

const URL_FAULTS: Readonly<Record<CameraUrlFault, string>> = {
  form: `is not an RTSP URL such as rtsp://192.168.1.10:554/stream1; ${WRITE_PASSWORD}`,
  encoding: `has an @ after the first /, ? or #, so it is unclear where its host starts: ${WRITE_PASSWORD}; write an @ in the path as %40`,
};

function checkFile(address: string): string {
  if (address === '') throw refused('is empty; give the path of a video file');
  if (address.startsWith('-')) throw refused('starts with "-"; if that is the name, put ./ before it');
  if (/^[a-z][a-z\d+.-]*:/i.test(address) || /\p{Cc}/u.test(address)) {
    throw refused('is neither an RTSP URL such as rtsp://192.168.1.10:554/stream1, a device nor a file');
  }
  return resolve(address);
}

/** Says what is wrong without repeating the address: it may hold a password. */
function refused(reason: string): V2xError {
  return new V2xError('camera', `The camera address ${reason}`, { reason });
}
