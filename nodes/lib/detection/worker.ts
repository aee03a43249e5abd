/** The other side of `FrameWorker`: looks at one frame after the other, in a thread or in a process of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, messageOf, V2xError } from '../errors';
import type { Engine } from './engine';
import { newEngine } from './engines';
import { toFrame, type RawFrame } from './frame';
import { MaskOfAreas } from './mask';
import type { Failure, Sight, ThreadSettings } from './frame-worker';
import { Viewer } from './view';

const settings = (parentPort ? workerData : JSON.parse(process.argv[2])) as ThreadSettings;

function answer(message: Sight | Failure): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}

function watch(engine: Engine): (raw: RawFrame) => void {
  const viewer = new Viewer();
  const mask = new MaskOfAreas(settings.areas ?? []);
  return (raw) => {
    const frame = toFrame(raw);
    const counts = engine.count(frame, mask.for(frame));
    answer({ engine: engine.name, counts, view: viewer.view(frame) });
  };
}

/** Without an engine every frame is answered with the reason. */
function refuse(error: unknown): () => void {
  const details = error instanceof V2xError ? error.details : {};
  const failure = { code: codeOf(error) ?? 'engine', message: messageOf(error), details };
  return () => {
    answer({ failure });
  };
}

function begin(): (raw: RawFrame) => void {
  try {
    return watch(newEngine(settings.engine));
  } catch (error) {
    return refuse(error);
  }
}

(parentPort ?? process).on('message', begin());
