/** The other side of `FrameWorker`: runs an engine in a thread of its own, one frame after the other. */
import { parentPort } from 'node:worker_threads';
import { BuiltinEngine } from './builtin-engine';
import { toFrame, type RawFrame } from './frame';

const engine = new BuiltinEngine();

parentPort?.on('message', (frame: RawFrame) => {
  parentPort?.postMessage(engine.count(toFrame(frame)));
});
