import type { EventEmitter } from 'node:events';

/** Emitted on the runtime's emitter for each node that is made. */
const EVENT = 'v2x:first-setup';

/** The first setup of a node. */
interface FirstSetup {
  /** The node's name in the editor, or its type. */
  readonly label: string;
  /** Resolves when it is finished, or has failed and said so. */
  readonly settled: Promise<void>;
}

/** Says that a node begins its first setup. */
export function announceFirstSetup(events: EventEmitter, setup: FirstSetup): void {
  events.emit(EVENT, setup);
}

/**
 * Follows the first setups of all nodes of a runtime, also of another copy of this package: the `v2x` command is one
 * bundle, and the nodes are files of their own.
 */
export class FirstSetups {
  private readonly pending = new Set<FirstSetup>();

  /** @param events of the runtime, before its flows are started */
  constructor(events: EventEmitter) {
    events.on(EVENT, (setup: FirstSetup) => {
      this.pending.add(setup);
      void setup.settled.then(() => this.pending.delete(setup));
    });
  }

  /** The labels of nodes that are still being set up for the first time. */
  get unsettled(): readonly string[] {
    return [...this.pending].map(({ label }) => label);
  }

  /** Resolves when every node that was made so far has settled. */
  async allSettled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all([...this.pending].map(({ settled }) => settled));
  }
}
