import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Program } from '../process';

/** cBPF: drops so many of 2^32 packets, by the kernel's random numbers (tc-bpf(8), BPF ancillary data). */
const dropping = (share: number) =>
  `4,32 0 0 4294963256,53 1 0 ${Math.round(share * 2 ** 32)},6 0 0 2,6 0 0 0`;

function run(command: string): void {
  const [program, ...args] = command.split(' ');
  execFileSync(program, args, { stdio: 'pipe' });
}

/** The bytecode is one argument, spaces included. */
function tc(namespace: string, command: string, ...more: string[]): void {
  execFileSync('tc', ['-n', namespace, ...command.split(' '), ...more], { stdio: 'pipe' });
}

/** Why network namespaces cannot be made here, or false. */
export function networkMissing(): string | false {
  const name = `v2x-probe-${process.pid}`;
  try {
    run(`ip netns add ${name}`);
    run(`ip -n ${name} link add b0 type bridge`);
    tc(name, 'qdisc add dev lo clsact');
    return false;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').at(-1) : error;
    return `no network namespaces with bridge and tc (iproute2, root): ${String(reason)}`;
  } finally {
    try {
      run(`ip netns del ${name}`);
    } catch {
      // It was never made.
    }
  }
}

/** Machines on one bridge, each a network namespace with the interface `v0`: 10.77.0.1, 10.77.0.2 and so on. */
export class BridgedNetwork {
  private readonly id = randomBytes(2).toString('hex');
  /** How loss is made: by netem, or in kernels without it by a random BPF filter. */
  readonly lossBy: 'netem' | 'bpf';

  /** @param machines their names */
  constructor(readonly machines: readonly string[]) {
    run(`ip netns add ${this.bridge}`);
    // Without a querier a snooping bridge would only be a source of surprise.
    run(`ip -n ${this.bridge} link add b0 type bridge mcast_snooping 0 forward_delay 0`);
    run(`ip -n ${this.bridge} link set b0 up`);
    for (const [index, machine] of machines.entries()) this.plugIn(machine, index);
    this.lossBy = this.hasNetem() ? 'netem' : 'bpf';
  }

  /** The command that runs a command on a machine. */
  command(machine: string, ...command: readonly string[]): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.namespaceOf(machine), ...command];
  }

  /** Starts a program on a machine. */
  start(machine: string, command: readonly string[], env: NodeJS.ProcessEnv): Program {
    const [program, ...args] = this.command(machine, ...command);
    return Program.start(program, args, { env });
  }

  /** Takes a machine's interface down or up. */
  setLink(machine: string, state: 'up' | 'down'): void {
    run(`ip -n ${this.namespaceOf(machine)} link set v0 ${state}`);
  }

  /** Drops a share (0 to 1) of what goes to a machine, each packet by chance. */
  setLoss(machine: string, share: number): void {
    const port = this.portOf(machine);
    if (this.lossBy === 'netem') {
      tc(this.bridge, `qdisc replace dev ${port} root netem loss ${share * 100}%`);
      return;
    }
    tc(this.bridge, `filter replace dev ${port} egress prio 1 handle 1 bpf da bytecode`, dropping(share));
  }

  remove(): void {
    for (const machine of this.machines) run(`ip netns del ${this.namespaceOf(machine)}`);
    run(`ip netns del ${this.bridge}`);
  }

  private get bridge(): string {
    return `v2x-${this.id}-bridge`;
  }

  private namespaceOf(machine: string): string {
    return `v2x-${this.id}-${machine}`;
  }

  private portOf(machine: string): string {
    return `p${this.machines.indexOf(machine)}`;
  }

  private plugIn(machine: string, index: number): void {
    const [namespace, port] = [this.namespaceOf(machine), this.portOf(machine)];
    run(`ip netns add ${namespace}`);
    run(`ip -n ${namespace} link add v0 type veth peer name ${port} netns ${this.bridge}`);
    run(`ip -n ${namespace} addr add 10.77.0.${index + 1}/24 dev v0`);
    for (const device of ['lo', 'v0']) run(`ip -n ${namespace} link set ${device} up`);
    run(`ip -n ${this.bridge} link set ${port} master b0 up`);
    tc(this.bridge, `qdisc add dev ${port} clsact`);
  }

  private hasNetem(): boolean {
    try {
      tc(this.bridge, 'qdisc add dev lo root netem loss 0%');
      return true;
    } catch {
      return false;
    }
  }
}
