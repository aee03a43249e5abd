/** The other side of `FrameWorker`: looks at one frame after the other in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { BuiltinEngine } from './builtin-engine';
import { toFrame, type RawFrame } from './frame';
import type { Sight } from './frame-worker';
import { Viewer } from './view';

const engine = new BuiltinEngine();
const viewer = new Viewer();

parentPort?.on('message', (raw: RawFrame) => {
  const frame = toFrame(raw);
  const sight: Sight = { counts: engine.count(frame), view: viewer.view(frame) };
  parentPort?.postMessage(sight);
});
