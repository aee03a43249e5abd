import { isReference } from '../lib/node-red/settings';

export { isReference };

/** The label of a node's property in the reader's language, for the messages of the editor. */
export function labelsOf(type: string): (property: string) => string {
  return (property) => RED._(`@roadside/node-red-v2x/${type}:${type}.label.${property}`);
}

/** Joins the parts of a node's label; leaves out empty settings and those that only the machine knows. */
export function labelOf(...words: readonly (string | number | undefined)[]): string {
  return words
    .map((word) => String(word ?? ''))
    .filter((word) => word !== '' && !isReference(word))
    .join(' ');
}

/** The editor's label of a config node; empty if there is no such node. */
export function nameOfConfig(id: string): string {
  const node: unknown = RED.nodes.node(id);
  return node === null || node === undefined ? '' : editor().utils.getNodeLabel(node, '');
}

/** What @types/node-red does not know of the editor. */
interface EditorExtras {
  readonly utils: { getNodeLabel(node: unknown, otherwise: string): string };
  readonly nodes: { eachNode(callback: (node: FlowNode) => void): void };
}

/** A node of the flows, as the editor holds it. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

export function editor(): EditorExtras {
  return RED as unknown as EditorExtras;
}
