import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFlow, type FlowNode } from './package';
import { Unit } from './unit';

export interface ExampleOptions {
  /** Only the tab with this label, and what belongs to no tab. */
  readonly tab?: string;
  /** Settings in place of the example's, by node type: shorter times, ports of this test. */
  readonly settings?: Readonly<Record<string, object>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** An example in a real Node-RED, its debug nodes printing to the log too. */
export class RunningExample {
  private constructor(
    readonly unit: Unit,
    private readonly flow: readonly FlowNode[],
  ) {}

  static async start(
    name: string,
    { tab, settings = {}, environment = {} }: ExampleOptions = {},
  ): Promise<RunningExample> {
    const whole = readFlow(`examples/${name}.json`);
    const flow = whole
      .filter((node) => belongsTo(node, whole, tab))
      .map((node) => ({ ...node, ...(node.type === 'debug' && { console: true }), ...settings[node.type] }));
    const data = await mkdtemp(join(tmpdir(), 'v2x-example-'));
    await mkdir(join(data, 'node-red'));
    await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(flow));
    const unit = await Unit.start({ ...environment, V2X_DATA: data });
    return new RunningExample(unit, flow);
  }

  /** Presses the button of an inject node, as the editor does. */
  async press(name: string): Promise<void> {
    const node = this.flow.find((candidate) => candidate.type === 'inject' && candidate.name === name);
    assert.ok(node, `no inject "${name}"`);
    const response = await fetch(`${this.unit.url}/inject/${node.id}`, { method: 'POST' });
    assert.equal(response.status, 200, name);
  }

  /** Fails when Node-RED or a node complained since the start. */
  assertQuiet(): void {
    const complaints = this.unit.program.lines.filter(({ text }) =>
      /\[(error|fatal)\]|missing types/.test(text),
    );
    assert.deepEqual(
      complaints.map(({ text }) => text),
      [],
    );
  }
}

function belongsTo(node: FlowNode, flow: readonly FlowNode[], label: string | undefined): boolean {
  const tab = node.type === 'tab' ? node : flow.find(({ id }) => id === node.z);
  return label === undefined || tab === undefined || tab.label === label;
}
