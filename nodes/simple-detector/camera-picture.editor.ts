/** A v2x-camera as the editor knows it, perhaps changed and not deployed. */
export interface CameraNode {
  readonly id: string;
  readonly kind?: string;
  readonly address?: string;
  readonly detectionAddress?: string;
  /** Only what was entered since the editor was opened; what is stored stays on the server. */
  readonly credentials?: { readonly user?: string; readonly password?: string };
}

/** Stands for the stored password. */
const STORED = '__PWRD__';

/**
 * Asks the server for one picture of the camera, as the detector sees it.
 * @returns URL of the picture; revoke it when it is not shown any more
 * @throws Error with the server's words when it has none
 */
export async function cameraPicture(camera: CameraNode, signal: AbortSignal): Promise<string> {
  const { id, kind = 'auto', address = '', detectionAddress = '', credentials = {} } = camera;
  const { user = '', password = STORED } = credentials;
  let native: XMLHttpRequest | undefined;
  // By jQuery, because the editor gives its requests the user's token.
  const request = $.ajax({
    url: 'v2x/camera/snapshot',
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify({ id, kind, address, detectionAddress, user, password, detection: 'true' }),
    xhr: () => (native = new XMLHttpRequest()),
    xhrFields: { responseType: 'blob' },
  });
  signal.addEventListener('abort', () => {
    request.abort();
  });
  try {
    return URL.createObjectURL((await request) as Blob);
  } catch {
    throw new Error(await reasonOf(native?.response));
  }
}

async function reasonOf(response: unknown): Promise<string> {
  if (!(response instanceof Blob)) return '';
  try {
    const { message } = JSON.parse(await response.text()) as { message?: unknown };
    return typeof message === 'string' ? message : '';
  } catch {
    return '';
  }
}
