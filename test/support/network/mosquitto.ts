import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from '../process';

const BROKER = '/usr/sbin/mosquitto';
const PUBLISH = '/usr/bin/mosquitto_pub';
const SUBSCRIBE = '/usr/bin/mosquitto_sub';

/** Why tests that need an MQTT broker are skipped, or false. */
export function mosquittoMissing(): string | false {
  return [BROKER, PUBLISH, SUBSCRIBE].every(existsSync) ? false : 'mosquitto is not installed';
}

/** Debian's MQTT broker on a port of its own on the loopback. */
export class Mosquitto {
  private constructor(
    private readonly program: Program,
    private readonly directory: string,
    readonly port: number,
  ) {}

  static async start(): Promise<Mosquitto> {
    const directory = await mkdtemp(join(tmpdir(), 'v2x-mosquitto-'));
    const port = await freePort();
    const configuration = join(directory, 'mosquitto.conf');
    await writeFile(
      configuration,
      `listener ${port} 127.0.0.1\nallow_anonymous true\nuser root\nlog_dest stderr\n`,
    );
    const program = Program.start(BROKER, ['-c', configuration]);
    const broker = new Mosquitto(program, directory, port);
    try {
      await program.line(/mosquitto version \S+ running/);
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /** Publishes as somebody who can reach the broker, not a site of ours. */
  async publish(topic: string, payload: string): Promise<void> {
    const args = ['-h', '127.0.0.1', '-p', String(this.port), '-q', '1', '-t', topic, '-m', payload];
    const program = Program.start(PUBLISH, args);
    if ((await program.exit()) !== 0) throw new Error(`mosquitto_pub failed: ${program.output}`);
  }

  /** What a newcomer to a topic is told at once. */
  async retained(topic: string): Promise<string> {
    const args = [
      '-h',
      '127.0.0.1',
      '-p',
      String(this.port),
      '-V',
      'mqttv5',
      '-t',
      topic,
      '-C',
      '1',
      '-W',
      '10',
    ];
    const program = Program.start(SUBSCRIBE, args);
    if ((await program.exit()) !== 0) throw new Error(`Nothing is retained on ${topic}: ${program.output}`);
    return program.output.trim();
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
