import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { temporaryDirectory } from '../../../support/flow';

/** Issues events without end and prints each action once it may be sent. */
const UNIT = `
  const { ActionRegistry } = require('./nodes/lib/alert/issue/registry.ts');
  const [directory, life] = process.argv.slice(1);
  void (async () => {
    const now = Date.now() / 1000;
    const registry = await ActionRegistry.open(directory, 1001, now);
    for (let count = 0; ; count += 1) {
      const request = { id: 'life-' + life + '-' + count, action: 'new', ts: now };
      const { action } = await registry.issue(request, { now, validity: 600 });
      process.stdout.write(action.sequence + '\\n');
    }
  })();
`;

/** Runs a unit, kills it with -9 after so many actions, and gives the sequence numbers that it sent. */
async function lifeOf(directory: string, life: number, actions: number): Promise<number[]> {
  const unit = spawn(process.execPath, ['--import', 'tsx', '-e', UNIT, directory, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(unit, 'exit');
  const sequences: number[] = [];
  for await (const line of createInterface(unit.stdout)) {
    sequences.push(Number(line));
    if (sequences.length >= actions) unit.kill('SIGKILL');
  }
  await exited;
  return sequences;
}

it('a registry whose process is killed again and again never repeats a sequence number', async (t) => {
  const directory = await temporaryDirectory(t);
  const all: number[] = [];
  for (const [life, actions] of [1, 130, 63, 64, 300].entries()) {
    all.push(...(await lifeOf(directory, life, actions)));
  }
  assert.ok(all.length >= 558);
  assert.equal(new Set(all).size, all.length);
});
