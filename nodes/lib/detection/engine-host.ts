import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { childEnvironment } from '../child-environment';
import { messageOf } from '../errors';
import type { ThreadSettings, TimedFrame } from './frame-worker';

/** Where an engine and the rules run beside Node-RED's loop: `worker.ts` in a thread or in a process of its own. */
export interface EngineHost {
  /** Sends a frame; its data may be gone from here afterwards. */
  post(frame: TimedFrame): void;
  onMessage(take: (message: unknown) => void): void;
  onEnd(ended: (reason: string) => void): void;
  end(): Promise<void>;
}

/**
 * Starts a host. The built-in engine gets a thread, which takes frames over without copying them. OpenCV gets a
 * process: its bindings keep state that threads of one process would share, and a crash of it must not be Node-RED's.
 */
export function startHost(settings: ThreadSettings): EngineHost {
  return settings.engine === 'opencv'
    ? processHost(startProcess(settings))
    : threadHost(startThread(settings));
}

const EXTENSION = extname(__filename);
const WORKER = join(__dirname, `worker${EXTENSION}`);

/** The thread's file is JavaScript beside this one; while tests run from the sources it is TypeScript, for tsx. */
function startThread(workerData: ThreadSettings): Worker {
  if (EXTENSION === '.js') return new Worker(WORKER, { workerData });
  const program = `require('tsx/cjs'); require(${JSON.stringify(WORKER)})`;
  return new Worker(program, { eval: true, workerData });
}

/** Its standard output is closed: the bindings write there what they find on the machine. */
function startProcess(settings: ThreadSettings): ChildProcess {
  return fork(WORKER, [JSON.stringify(settings)], {
    serialization: 'advanced',
    env: childEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export function threadHost(worker: Worker): EngineHost {
  return {
    post(frame) {
      worker.postMessage(frame, [frame.data.buffer]);
    },
    onMessage(take) {
      worker.on('message', take);
    },
    onEnd(ended) {
      worker.on('error', (error) => {
        ended(messageOf(error));
      });
      worker.on('exit', (code) => {
        ended(`exit code ${code}`);
      });
    },
    async end() {
      await worker.terminate();
    },
  };
}

export function processHost(child: ChildProcess): EngineHost {
  return {
    post(frame) {
      // When the process is gone, its end is told by `onEnd`.
      child.send(frame, () => undefined);
    },
    onMessage(take) {
      child.on('message', take);
    },
    onEnd(ended) {
      child.on('error', (error) => {
        ended(messageOf(error));
      });
      child.on('exit', (code, signal) => {
        ended(signal ? `signal ${signal}` : `exit code ${code}`);
      });
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
