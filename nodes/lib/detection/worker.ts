/** The other side of `FrameWorker`: looks at one frame after the other in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { newEngine } from './engines';
import { toFrame, type RawFrame } from './frame';
import type { Sight, ThreadSettings } from './frame-worker';
import { Viewer } from './view';

const settings = workerData as ThreadSettings;
const engine = newEngine(settings.engine);
const viewer = new Viewer();

parentPort?.on('message', (raw: RawFrame) => {
  const frame = toFrame(raw);
  const sight: Sight = { engine: engine.name, counts: engine.count(frame), view: viewer.view(frame) };
  parentPort?.postMessage(sight);
});
