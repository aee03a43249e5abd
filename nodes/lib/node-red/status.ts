import type { Node, NodeStatusFill, NodeStatusShape } from 'node-red';

/** A moment (Unix seconds) as a status shows it: local time, `hh:mm:ss`. */
export function timeOfDay(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toTimeString().slice(0, 8);
}

/** Law 6: a status stays under 20 characters. */
const MAX_STATUS_LENGTH = 19;

export type Values = Readonly<Record<string, string | number>>;
/** Translates a key of the node's own catalogue, `<type>.<key>`. */
export type Translate = (key: string, values?: Values) => string;

/**
 * What the node is doing, under its box in the editor. Each call takes a key below `status.` of the node's catalogue.
 * One colour has one meaning: green works, blue is busy, yellow waits, grey is off, red failed.
 */
export class NodeStatus {
  private shown = '';

  constructor(
    private readonly node: Node,
    private readonly translate: Translate,
  ) {}

  ok(key: string, values?: Values): void {
    this.show('green', 'dot', key, values);
  }

  busy(key: string, values?: Values): void {
    this.show('blue', 'dot', key, values);
  }

  waiting(key: string, values?: Values): void {
    this.show('yellow', 'ring', key, values);
  }

  off(key: string, values?: Values): void {
    this.show('grey', 'ring', key, values);
  }

  failed(key: string, values?: Values): void {
    this.show('red', 'ring', key, values);
  }

  /** Takes back the failure of an earlier attempt, if one is shown. */
  recovered(): void {
    if (this.shown.startsWith('red')) this.clear();
  }

  clear(): void {
    this.shown = '';
    this.node.status({});
  }

  private show(fill: NodeStatusFill, shape: NodeStatusShape, key: string, values?: Values): void {
    const text = this.text(key, values);
    const id = `${fill} ${shape} ${text}`;
    if (id === this.shown) return;
    this.shown = id;
    this.node.status({ fill, shape, text });
  }

  private text(key: string, values?: Values): string {
    const text = this.translate(`status.${key}`, values);
    // A key without a translation is shown whole, so that it can be searched for.
    if (text.endsWith(`.status.${key}`) || text.length <= MAX_STATUS_LENGTH) return text;
    return `${text.slice(0, MAX_STATUS_LENGTH - 1)}…`;
  }
}
