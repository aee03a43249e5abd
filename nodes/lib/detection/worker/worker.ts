/** The other side of `FrameWorker`: analyses one frame after the other, in a thread or a process of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { toPlain } from '../../errors';
import type { Engine } from '../engine/engine';
import { newEngine } from '../engine/engines';
import { toFrame } from '../frames/frame';
import { MaskOfAreas } from '../engine/mask';
import { newRules } from '../rules/rule-sets';
import { Viewer } from '../rules/view';
import type { Failure, FrameRequest, FrameResult, WorkerSettings } from './protocol';

const settings = (parentPort ? workerData : JSON.parse(process.argv[2] ?? '')) as WorkerSettings;

function answer(message: FrameResult | Failure): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}

function analyseWith(engine: Engine): (request: FrameRequest) => void {
  const viewer = new Viewer();
  const mask = new MaskOfAreas(settings.areas ?? []);
  let rules = newRules(settings.rules);
  let current: number | undefined;
  return ({ time, generation, ...raw }) => {
    if (generation !== current) rules = newRules(settings.rules);
    current = generation;
    const frame = toFrame(raw);
    const counts = engine.count(frame, mask.for(frame));
    const verdict = rules.judge({ time, counts, view: viewer.view(frame) });
    answer({ engine: engine.name, counts, verdict, generation });
  };
}

/** Without an engine every frame is answered with the reason. */
function refuse(error: unknown): () => void {
  const failure = toPlain(error);
  return () => {
    answer({ failure });
  };
}

function begin(): (request: FrameRequest) => void {
  try {
    return analyseWith(newEngine(settings.engine));
  } catch (error) {
    return refuse(error);
  }
}

(parentPort ?? process).on('message', begin());
