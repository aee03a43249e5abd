import { networkInterfaces } from 'node:os';
import { sleep, type Clock } from '../time/clock';
import { messageOf, V2xError } from '../errors';
import type { MulticastGroup } from './group';
import { resolveInterfaces, type InterfaceTable, type NetworkInterface, type Resolution } from './interfaces';

/** Callbacks about the interfaces of a group, and what tests replace. */
export interface InterfaceOptions {
  readonly clock: Clock;
  /** How often to look whether interfaces came, went or changed address, in seconds; default 5. */
  readonly lookEvery?: number;
  readonly networkInterfaces?: () => InterfaceTable;
  /** An interface stopped working; called once until it works again or fails in another way. */
  readonly onFault?: (error: V2xError) => void;
  /** An interface works again; `wanted` is the entry of the user's list, `all` whether every one works now. */
  readonly onRecovery?: (wanted: string, all: boolean) => void;
}

/** Makes and ends what each interface needs: a socket, a membership. */
interface Binder<Bound> {
  open(at: NetworkInterface): Bound | Promise<Bound>;
  close(bound: Bound, at: NetworkInterface): void;
}

export interface Binding<Bound> {
  readonly at: NetworkInterface;
  readonly bound: Bound;
}

/**
 * Keeps one binding per wanted interface in step with the machine: an interface that vanishes, comes back or
 * changes its address is picked up again, and none of them holds up the others.
 */
export class InterfaceBindings<Bound> {
  private readonly bindings = new Map<string, Binding<Bound>>();
  private readonly faults = new Map<string, V2xError>();
  private readonly closing = new AbortController();
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly group: MulticastGroup,
    private readonly binder: Binder<Bound>,
    private readonly options: InterfaceOptions,
  ) {}

  /** Binds what is there, and from then on looks again and again. */
  async start(): Promise<void> {
    await this.refresh();
    void this.keepLooking();
  }

  /** Looks at the interfaces now; a look that is under way is shared. */
  refresh(): Promise<void> {
    this.refreshing ??= this.refreshAll().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  /** The entries of the user's list that have something to say: a binding, a fault, or both. */
  get wanted(): readonly string[] {
    return this.group.interfaces.filter((wanted) => this.bindings.has(wanted) || this.faults.has(wanted));
  }

  get(wanted: string): Binding<Bound> | undefined {
    return this.bindings.get(wanted);
  }

  fault(wanted: string): V2xError | undefined {
    return this.faults.get(wanted);
  }

  get bound(): readonly Binding<Bound>[] {
    return [...this.bindings.values()];
  }

  /** Replaces a binding that turned out to be broken. */
  async renew(wanted: string, broken: Binding<Bound>): Promise<void> {
    if (this.bindings.get(wanted) === broken) this.drop(wanted);
    // A look that is under way may have passed this one already.
    await this.refreshing;
    await this.refresh();
  }

  /** Closes every binding and opens it again. */
  async renewAll(): Promise<void> {
    this.dropAll();
    await this.refresh();
  }

  /** Notes that an interface does not work. */
  fail(wanted: string, error: V2xError): void {
    if (this.faults.get(wanted)?.message === error.message) return;
    this.faults.set(wanted, error);
    this.options.onFault?.(error);
  }

  /** Notes that an interface works. */
  clearFault(wanted: string): void {
    if (this.faults.delete(wanted)) this.options.onRecovery?.(wanted, this.faults.size === 0);
  }

  close(): void {
    this.closing.abort();
    this.dropAll();
  }

  private async keepLooking(): Promise<void> {
    const { clock, lookEvery = 5 } = this.options;
    const { signal } = this.closing;
    for (;;) {
      await sleep(clock, lookEvery, signal);
      if (signal.aborted) return;
      await this.refresh();
    }
  }

  private async refreshAll(): Promise<void> {
    const table = this.interfaceTable();
    if (!table) return;
    const resolutions = resolveInterfaces(this.group.interfaces, this.group.family, table);
    this.dropOutdated(resolutions);
    for (const resolution of resolutions) {
      if ('error' in resolution) this.fail(resolution.wanted, resolution.error);
      else await this.bind(resolution.wanted, resolution.found);
    }
  }

  /** Undefined if the system cannot say, for example for lack of file descriptors: existing bindings stay. */
  private interfaceTable(): InterfaceTable | undefined {
    try {
      return (this.options.networkInterfaces ?? networkInterfaces)();
    } catch (error) {
      const unknown = new V2xError('interface', `The network interfaces cannot be read: ${messageOf(error)}`);
      for (const wanted of this.group.interfaces) this.fail(wanted, unknown);
      return undefined;
    }
  }

  /** Drops first and binds later, since an interface may have passed from one entry to another. */
  private dropOutdated(resolutions: readonly Resolution[]): void {
    for (const wanted of this.group.interfaces) {
      const resolution = resolutions.find((each) => each.wanted === wanted);
      if (!resolution) this.clearFault(wanted);
      const found = resolution && 'found' in resolution ? resolution.found : undefined;
      const at = this.bindings.get(wanted)?.at;
      if (found?.name !== at?.name || found?.address !== at?.address) this.drop(wanted);
    }
  }

  private dropAll(): void {
    for (const wanted of this.bindings.keys()) this.drop(wanted);
  }

  private drop(wanted: string): void {
    const binding = this.bindings.get(wanted);
    if (!binding) return;
    this.bindings.delete(wanted);
    try {
      this.binder.close(binding.bound, binding.at);
    } catch (error) {
      this.fail(wanted, unusable(binding.at, error));
    }
  }

  private async bind(wanted: string, found: NetworkInterface): Promise<void> {
    try {
      if (!this.bindings.has(wanted)) {
        const bound = await this.binder.open(found);
        this.bindings.set(wanted, { at: found, bound });
      }
    } catch (error) {
      this.fail(wanted, unusable(found, error));
      return;
    }
    if (this.closing.signal.aborted) this.drop(wanted);
    // What failed in sending is only mended by sending.
    else if (this.faults.get(wanted)?.code !== 'send') this.clearFault(wanted);
  }
}

function unusable({ name, address }: NetworkInterface, cause: unknown): V2xError {
  return new V2xError(
    'interface',
    `Interface ${name} (${address}) cannot be used for multicast: ${messageOf(cause)}`,
    { interface: name },
    { remedy: 'see "ip address" and "ip route"', cause },
  );
}
