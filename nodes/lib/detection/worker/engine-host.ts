import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { childEnvironment } from '../../process/child-environment';
import { messageOf } from '../../errors';
import { startThread } from '../../async/thread';
import type { FrameRequest, WorkerSettings } from './protocol';

/** Where an engine and the rules run beside Node-RED's loop: `worker.ts` in a thread or in a process of its own. */
export interface EngineHost {
  /** Sends a frame; its data may be gone from here afterwards. */
  post(frame: FrameRequest): void;
  onMessage(take: (message: unknown) => void): void;
  onEnd(ended: (reason: string) => void): void;
  end(): Promise<void>;
}

/**
 * Starts a host. The built-in engine gets a thread, which takes frames over without copying them. OpenCV gets a
 * process: its bindings keep state that threads of one process would share, and a crash of it must not be Node-RED's.
 */
export function startHost(settings: WorkerSettings): EngineHost {
  return settings.engine === 'opencv'
    ? processHost(startProcess(settings))
    : threadHost(startThread(PROGRAM, settings));
}

/** `worker.ts`, without extension: JavaScript when built. */
const PROGRAM = join(__dirname, 'worker');

/** Its standard output is closed: the bindings write there what they find on the machine. */
function startProcess(settings: WorkerSettings): ChildProcess {
  return fork(PROGRAM + extname(__filename), [JSON.stringify(settings)], {
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
      // If the process is gone, `onEnd` reports it.
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
      // One that could not be started has no id, and never exits.
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
