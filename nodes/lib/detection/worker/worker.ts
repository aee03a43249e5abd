/** The other side of `FrameWorker`: looks at one frame after the other and judges it, in a thread or a process of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { toPlain } from '../../errors';
import type { Engine } from '../engine/engine';
import { newEngine } from '../engine/engines';
import { toFrame } from '../frames/frame';
import type { Failure, Sight, ThreadSettings, TimedFrame } from './frame-worker';
import { MaskOfAreas } from '../engine/mask';
import { newRules } from '../rules/rule-sets';
import { Viewer } from '../rules/view';

const settings = (parentPort ? workerData : JSON.parse(process.argv[2])) as ThreadSettings;

function answer(message: Sight | Failure): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}

function watch(engine: Engine): (frame: TimedFrame) => void {
  const viewer = new Viewer();
  const mask = new MaskOfAreas(settings.areas ?? []);
  let rules = newRules(settings.rules);
  return ({ time, afresh, ...raw }) => {
    if (afresh) rules = newRules(settings.rules);
    const frame = toFrame(raw);
    const counts = engine.count(frame, mask.for(frame));
    const verdict = rules.judge({ time, counts, view: viewer.view(frame) });
    answer({ engine: engine.name, counts, verdict });
  };
}

/** Without an engine every frame is answered with the reason. */
function refuse(error: unknown): () => void {
  const failure = toPlain(error);
  return () => {
    answer({ failure });
  };
}

function begin(): (frame: TimedFrame) => void {
  try {
    return watch(newEngine(settings.engine));
  } catch (error) {
    return refuse(error);
  }
}

(parentPort ?? process).on('message', begin());
