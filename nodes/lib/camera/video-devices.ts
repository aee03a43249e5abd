import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A video device of this machine. */
interface VideoDevice {
  /** Such as `/dev/video0`. */
  readonly path: string;
  /** What its driver calls it. */
  readonly name: string;
}

/**
 * The V4L2 devices of this machine, in the order of their numbers. Many cameras have a second device that gives no
 * pictures but data about them (kernel documentation, "V4L2 metadata interface"); its `index` is not 0, and it is left out.
 * @param classDirectory where the kernel lists them
 */
export async function videoDevices(classDirectory = '/sys/class/video4linux'): Promise<VideoDevice[]> {
  const read = (device: string, file: string) =>
    readFile(join(classDirectory, device, file), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const all = await readdir(classDirectory).catch(() => []);
  const devices = all.filter((name) => /^video\d+$/.test(name)).sort((a, b) => numberOf(a) - numberOf(b));
  const known = await Promise.all(
    devices.map(async (device) => ({
      path: `/dev/${device}`,
      name: await read(device, 'name'),
      index: await read(device, 'index'),
    })),
  );
  return known.filter(({ index }) => index === '0' || index === '').map(({ path, name }) => ({ path, name }));
}

function numberOf(device: string): number {
  return Number(device.slice('video'.length));
}
