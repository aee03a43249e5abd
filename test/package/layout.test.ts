import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boxesOf, cross, overlap, runsOver, wiresBetween } from '../support/unit/layout';
import { EXAMPLES, readFlow } from '../support/unit/package';

/** Pairs of a list, each once. */
function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((first, index) =>
    items.slice(index + 1).map((second): [Item, Item] => [first, second]),
  );
}

for (const path of EXAMPLES.map((name) => `examples/${name}`)) {
  const flow = readFlow(path);
  for (const tab of flow.filter(({ type }) => type === 'tab')) {
    describe(`${path}, ${String(tab.label)}`, () => {
      const boxes = boxesOf(flow, tab.id);
      const wires = wiresBetween(boxes);
      const name = ({ from, to }: (typeof wires)[number]) => `${from.id} -> ${to.id}`;

      it('says what it is, and explains each stage', () => {
        assert.ok(String(tab.info).length > 30);
        const comments = boxes.filter(({ node }) => node.type === 'comment');
        assert.ok(comments.length > 0);
        for (const { node } of comments) assert.ok(String(node.info).length > 30, node.id);
      });

      it('reads from left to right', () => {
        const backwards = wires.filter(({ start, end }) => end.x <= start.x);
        assert.deepEqual(backwards.map(name), []);
      });

      it('has no nodes over each other, and no wire over a node', () => {
        for (const [a, b] of pairs(boxes)) assert.ok(!overlap(a, b), `${a.node.id} over ${b.node.id}`);
        for (const wire of wires)
          for (const box of boxes) assert.ok(!runsOver(wire, box), `${name(wire)} over ${box.node.id}`);
      });

      it('has no crossing wires', () => {
        const crossing = pairs(wires).filter(([a, b]) => cross(a, b));
        assert.deepEqual(
          crossing.map(([a, b]) => `${name(a)} x ${name(b)}`),
          [],
        );
      });
    });
  }
}
