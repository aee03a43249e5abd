import { after } from 'node:test';

const leftovers = new Set<() => unknown>();

/**
 * Has something ended with the last test of its file, unless it is forgotten before: what a failed test or hook left
 * running would keep the file from ending.
 * @returns forgets it, for when it has ended
 */
export function endWithFile(end: () => unknown): () => void {
  leftovers.add(end);
  return () => leftovers.delete(end);
}

async function endAll(): Promise<void> {
  await Promise.allSettled([...leftovers].map((end) => end()));
}

// Benches use the same programs and are no tests.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  after(endAll);
  // The runner's signal to a file that hangs.
  process.once('SIGTERM', () => void endAll().finally(() => process.exit(1)));
}
