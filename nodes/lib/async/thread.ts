import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread.
 * @param file its program, without extension: JavaScript when built, TypeScript while tests run from the sources
 * @param workerData passed to the thread
 */
export function startThread(file: string, workerData: unknown): Worker {
  const extension = extname(__filename);
  if (extension === '.js') return new Worker(`${file}.js`, { workerData });
  return new Worker(`require('tsx/cjs'); require(${JSON.stringify(file + extension)})`, {
    eval: true,
    workerData,
  });
}
