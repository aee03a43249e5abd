import { snapshot } from '../editor/machine';

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
 * One picture of the camera, as the detector sees it.
 * @returns URL of the picture; revoke it when it is not shown any more
 * @throws Refusal when there is none
 */
export async function cameraPicture(camera: CameraNode): Promise<string> {
  const { id, kind = 'auto', address = '', detectionAddress = '', credentials = {} } = camera;
  const { user = '', password = STORED } = credentials;
  const described = { id, kind, address, detectionAddress, user, password, detection: true };
  return URL.createObjectURL(await snapshot(described));
}
