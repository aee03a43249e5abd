import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Node types of the default flow that are not on the way of a warning from its file to the network. */
const BESIDE_THE_WAY = new Set(['ffmpeg-segmenter', 'simple-detector', 'clip-maker', 'v2x-multicast-in']);

interface FlowItem {
  readonly type: string;
}

/**
 * Makes a unit that starts on this data root warn only: the default flow without camera, clips and vehicle.
 * @param settings by node type, in place of those of the default flow
 */
export async function writeAlertFlow(
  data: string,
  settings: Readonly<Record<string, object>> = {},
): Promise<void> {
  const flow = JSON.parse(await readFile('flows/flows.json', 'utf8')) as FlowItem[];
  const alertPath = flow
    .filter(({ type }) => !BESIDE_THE_WAY.has(type))
    .map((item) => ({ ...item, ...settings[item.type] }));
  await mkdir(join(data, 'node-red'), { recursive: true });
  await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(alertPath));
}
