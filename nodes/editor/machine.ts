/** One line that an input offers. */
interface Suggestion {
  readonly value: string;
  readonly label: string;
}

/** Offers what a half-typed value could go on to. */
export type Search = (value: string, done: (suggestions: Suggestion[]) => void) => void;

/** Asks the machine that Node-RED runs on; only users who may deploy get an answer. */
async function ask<T>(path: string, query: Record<string, string> = {}): Promise<T | undefined> {
  try {
    return (await $.getJSON(`v2x/${path}`, query)) as T;
  } catch {
    return undefined;
  }
}

/** Directories below the data root and other usual places. */
export const directories: Search = (value, done) => {
  void ask<string[]>('directories', { path: value }).then((paths = []) => {
    done(paths.map((path) => ({ value: path, label: path })));
  });
};

/** Network interfaces, for a list with commas: the last entry is completed. */
export const interfaces: Search = (value, done) => {
  const before = value.slice(0, value.lastIndexOf(',') + 1);
  const begin = value.slice(before.length).trim();
  const lead = before === '' ? '' : `${before} `;
  void ask<{ name: string; addresses: string[] }[]>('interfaces').then((all = []) => {
    const fitting = all.filter(({ name }) => name.startsWith(begin));
    done(
      fitting.map(({ name, addresses }) => ({
        value: lead + name,
        label: `${name} (${addresses.join(', ')})`,
      })),
    );
  });
};

/** Video devices. */
export const cameras: Search = (value, done) => {
  void ask<{ path: string; name: string }[]>('cameras').then((all = []) => {
    const fitting = all.filter(({ path }) => path.startsWith(value));
    done(fitting.map(({ path, name }) => ({ value: path, label: `${path} (${name})` })));
  });
};

export interface Disk {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly usedBytes?: number;
  readonly bytesPerSecond?: number;
}

/** The disk of a segment store, and what its recordings take as far as there are any. */
export function diskOf(id: string, directory: string): Promise<Disk | undefined> {
  return ask<Disk>('disk', { id, directory });
}

/** A camera as a dialog describes it; a stored password is the editor's placeholder for it. */
interface DescribedCamera {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly detectionAddress: string;
  readonly user: string;
  readonly password: string;
  /** Whether the picture is to come from the stream for detection. */
  readonly detection?: boolean;
}

/** Why there is no picture. */
export interface Refusal extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/**
 * One picture of a camera.
 * @throws Refusal
 */
export async function snapshot(camera: DescribedCamera): Promise<Blob> {
  // An error's body is JSON, but arrives as the blob that was asked for, in the browser's own request only.
  const request = new XMLHttpRequest();
  try {
    return (await $.ajax({
      url: 'v2x/camera/snapshot',
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({ ...camera, detection: String(camera.detection ?? false) }),
      xhr: () => request,
      xhrFields: { responseType: 'blob' },
      processData: false,
    })) as Blob;
  } catch {
    throw await refusalOf(request);
  }
}

/** What an answer that is no picture says. */
async function refusalOf({ response, statusText }: XMLHttpRequest): Promise<Refusal> {
  let told = { code: 'failed', message: statusText, details: {} };
  try {
    told = JSON.parse(await (response as Blob).text()) as typeof told;
  } catch {
    // No answer of ours: the status has to do.
  }
  return Object.assign(new Error(told.message), { code: told.code, details: told.details });
}
