import { editorDefinition, TYPES, type FlowNode } from './package';

/** Where a node of a flow stands in the editor, in pixels. */
export interface Box {
  readonly node: FlowNode;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Wire {
  readonly from: FlowNode;
  readonly to: FlowNode;
  readonly start: Point;
  readonly end: Point;
}

/** About the width of a letter of the editor's labels. */
const LETTER = 7;
const HEIGHT = 30;
/** Between two ports of a node. */
const PORT = 13;

/** The boxes of a tab's nodes, sized as the editor does: by their labels, in steps of the grid. */
export function boxesOf(flow: readonly FlowNode[], tab: string): Box[] {
  return flow
    .filter(({ z }) => z === tab)
    .map((node) => {
      const [x, y] = [Number(node.x), Number(node.y)];
      const width = Math.max(100, 20 * Math.ceil((labelOf(node).length * LETTER + 50) / 20));
      return {
        node,
        left: x - width / 2,
        right: x + width / 2,
        top: y - HEIGHT / 2,
        bottom: y + HEIGHT / 2,
      };
    });
}

/** The wires between boxes, as straight lines from port to port. */
export function wiresBetween(boxes: readonly Box[]): Wire[] {
  const byId = new Map(boxes.map((box) => [box.node.id, box]));
  return boxes.flatMap(({ node, right, top }) => {
    const outputs = (node.wires ?? []) as string[][];
    return outputs.flatMap((targets, port) => {
      const y = top + HEIGHT / 2 + (port - (outputs.length - 1) / 2) * PORT;
      return targets.flatMap((id) => {
        const target = byId.get(id);
        if (!target) return [];
        const end = { x: target.left, y: target.top + HEIGHT / 2 };
        return [{ from: node, to: target.node, start: { x: right, y }, end }];
      });
    });
  });
}

/** Whether two wires meet anywhere but where they begin or end together. */
export function cross(a: Wire, b: Wire): boolean {
  const together = (a.from === b.from && same(a.start, b.start)) || a.to === b.to;
  if (together) return false;
  const side = (p: Point, q: Point, r: Point) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return (
    side(a.start, a.end, b.start) !== side(a.start, a.end, b.end) &&
    side(b.start, b.end, a.start) !== side(b.start, b.end, a.end)
  );
}

/** Whether a wire runs over a node that it does not belong to. */
export function runsOver({ from, to, start, end }: Wire, box: Box): boolean {
  if (box.node === from || box.node === to) return false;
  const steps = 100;
  return Array.from({ length: steps + 1 }, (_, step) => step / steps).some((share) => {
    const x = start.x + (end.x - start.x) * share;
    const y = start.y + (end.y - start.y) * share;
    return x > box.left && x < box.right && y > box.top && y < box.bottom;
  });
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function same(a: Point, b: Point): boolean {
  return a.x === b.x && a.y === b.y;
}

function labelOf(node: FlowNode): string {
  const text = (name: string) => (typeof node[name] === 'string' ? node[name] : '');
  if (text('name') !== '') return text('name');
  if (TYPES.includes(node.type))
    return `${editorDefinition(node.type).paletteLabel ?? ''} ${text('directory')}`;
  return text('topic') || node.type;
}
