import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Node types of the default flow that are not on the way of a warning from its file to the network. */
const BESIDE_THE_WAY = new Set(['ffmpeg-segmenter', 'simple-detector']);

interface FlowItem {
  readonly type: string;
}

/**
 * Makes a unit that starts on this data root warn only: the default flow without camera and clips.
 * @param settings by node type, in place of those of the default flow
 * @param options `listening`: with the vehicle's tab; `clips`: with the clip maker, which waits for footage
 */
export async function writeAlertFlow(
  data: string,
  settings: Readonly<Record<string, object>> = {},
  { listening = false, clips = false } = {},
): Promise<void> {
  const flow = JSON.parse(await readFile('flows/flows.json', 'utf8')) as FlowItem[];
  const alertPath = flow
    .filter(({ type }) => !BESIDE_THE_WAY.has(type))
    .filter(({ type }) => (listening || type !== 'v2x-multicast-in') && (clips || type !== 'clip-maker'))
    .map((item) => ({ ...item, ...settings[item.type] }));
  await mkdir(join(data, 'node-red'), { recursive: true });
  await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(alertPath));
}
