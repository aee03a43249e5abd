import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import type { CameraInput } from '../../../nodes/lib/camera/input';
import type { Output } from '../../../nodes/lib/ffmpeg/command';
import { newRelay } from '../../../nodes/lib/camera/relay';
import { readCamera, recordCamera, SharedDevice } from '../../../nodes/lib/camera/shared-device';
import { cameraSource } from '../../../nodes/lib/camera/source';

const own: CameraInput = { url: '/dev/video0', options: [], secrets: [] };

/** Recorders and detectors of a device that serves one program at a time, and what they did. */
class Machine {
  readonly log: string[] = [];
  private open = 0;

  /** Has the device open for some time after it was told to end, as ffmpeg has. */
  readonly reading = async (input: CameraInput, signal: AbortSignal): Promise<void> => {
    const direct = input.url === own.url;
    this.log.push(direct ? 'reads device' : 'reads relay');
    if (direct) this.open += 1;
    if (!signal.aborted) await once(signal, 'abort');
    await new Promise(setImmediate);
    if (direct) this.open -= 1;
  };

  recording(end: AbortSignal) {
    return async (outputs: readonly Output[]): Promise<void> => {
      assert.equal(this.open, 0, 'the device is busy');
      assert.equal(outputs.length, 1);
      this.log.push('records');
      if (!end.aborted) await once(end, 'abort');
    };
  }
}

describe('SharedDevice', () => {
  it('takes the device from detectors when it is recorded, and gives it back afterwards', async () => {
    const [device, machine] = [new SharedDevice('/dev/video0'), new Machine()];
    const [endRecording, endReading] = [new AbortController(), new AbortController()];
    const read = device.read(own, machine.reading, endReading.signal);
    const recorded = device.record(machine.recording(endRecording.signal));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    endRecording.abort();
    await recorded;
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    endReading.abort();
    await read;
    assert.deepEqual(machine.log, ['reads device', 'reads relay', 'records', 'reads device']);
  });

  it('lets any number of detectors read the relay while it is recorded', async () => {
    const [device, machine, end] = [new SharedDevice('/dev/video0'), new Machine(), new AbortController()];
    const all = [
      device.record(machine.recording(end.signal)),
      device.read(own, machine.reading, end.signal),
      device.read(own, machine.reading, end.signal),
    ];
    end.abort();
    await Promise.all(all);
    assert.deepEqual(machine.log.slice(0, 2), ['reads relay', 'reads relay']);
  });

  it('refuses a second recorder, and stays with the first', async () => {
    const [device, machine, end] = [new SharedDevice('/dev/video0'), new Machine(), new AbortController()];
    const first = device.record(machine.recording(end.signal));
    await assert.rejects(device.record(machine.recording(end.signal)), {
      code: 'camera',
      message: /\/dev\/video0: another node/,
    });
    const read = device.read(own, machine.reading, end.signal);
    end.abort();
    await Promise.all([first, read]);
    assert.deepEqual(machine.log, ['records', 'reads relay']);
  });

  it('gives the device back when the recorder fails, and tells how a detector failed', async () => {
    const device = new SharedDevice('/dev/video0');
    const fails = () => Promise.reject(new Error('unplugged'));
    await assert.rejects(device.record(fails), /unplugged/);
    const urls: string[] = [];
    const reading = (input: CameraInput) => {
      urls.push(input.url);
      return fails();
    };
    await assert.rejects(device.read(own, reading, new AbortController().signal), /unplugged/);
    assert.deepEqual(urls, [own.url]);
  });
});

describe('recordCamera and readCamera', () => {
  /** What a recorder has to serve, and what a detector opens meanwhile. */
  async function meeting(recorded: string, watched: ReturnType<typeof cameraSource>) {
    const seen: { outputs?: readonly Output[]; url?: string } = {};
    const read = (input: CameraInput) => {
      seen.url = input.url;
      return Promise.resolve();
    };
    await recordCamera(cameraSource({ address: recorded }), async (outputs) => {
      seen.outputs = outputs;
      await readCamera(watched, own, read, new AbortController().signal);
    });
    return seen;
  }

  it('joins a recorder and a detector of one device, whichever node names it', async () => {
    const { outputs, url } = await meeting('/dev/video7', cameraSource({ address: '/dev/video7' }));
    const address = /^udp:\/\/239\.255\.\d+\.\d+:\d+/;
    assert.equal(address.exec(outputs?.[0]?.url ?? '')?.[0], address.exec(url ?? '')?.[0]);
    assert.match(url ?? '', address);
  });

  it('leaves a device of its own to a detector that has one', async () => {
    const watched = cameraSource({ address: '/dev/video7', detectionAddress: '/dev/video8' });
    assert.equal((await meeting('/dev/video7', watched)).url, own.url);
  });

  it('does not come between programs and a source that serves all of them', async () => {
    const { outputs, url } = await meeting('rtsp://cam/1', cameraSource({ address: 'rtsp://cam/1' }));
    assert.deepEqual(outputs, []);
    assert.equal(url, own.url);
  });
});

describe('newRelay', () => {
  it('stays on the loopback interface, and cannot hold up or end the recording', () => {
    const { input, output } = newRelay();
    assert.match(output.url, /\?localaddr=127\.0\.0\.1&ttl=0&/);
    assert.match(input.url, /\?localaddr=127\.0\.0\.1&/);
    assert.match(
      output.options?.join(' ') ?? '',
      /-f fifo -fifo_format mpegts -drop_pkts_on_overflow 1 -attempt_recovery 1 -recover_any_error 1/,
    );
    assert.deepEqual(input.options.slice(0, 2), ['-protocol_whitelist', 'udp']);
  });

  it('has an address of its own', () => {
    assert.notEqual(newRelay().input.url, newRelay().input.url);
  });
});
