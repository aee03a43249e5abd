import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { systemClock as clock } from '../../../nodes/lib/time/clock';
import { ffmpegArguments } from '../../../nodes/lib/ffmpeg/command';
import { ToolError } from '../../../nodes/lib/errors';
import { probe } from '../../../nodes/lib/ffmpeg/probe';
import { runFfmpeg } from '../../../nodes/lib/ffmpeg/run';
import { atEnd } from '../../support/at-end';
import { FakeClock } from '../../support/fake-clock';

const picture = { url: 'testsrc2=size=64x64:rate=10', options: ['-re', '-f', 'lavfi'] };
const raw = { url: 'pipe:1', options: ['-f', 'rawvideo', '-pix_fmt', 'gray'] };
const FRAME = 64 * 64;

describe('runFfmpeg', () => {
  it('finishes its file when told to stop', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'v2x-test-'));
    atEnd(t, () => rm(directory, { recursive: true }));
    const path = join(directory, 'a.mp4');
    const stop = new AbortController();
    const outputs = [{ url: path, options: ['-c:v', 'libx264', '-preset', 'ultrafast'] }, raw];

    await runFfmpeg(ffmpegArguments({ inputs: [picture], outputs }), {
      clock,
      signal: stop.signal,
      lowPriority: true,
      onStdout: () => {
        stop.abort();
      },
    });

    assert.ok((await probe(path, { clock })).video);
  });

  it('tells why it failed in its last words, without passwords', async () => {
    const list = "ffconcat version 1.0\nfile 'rtsp://op:secret@127.0.0.1:9/cam'\n";
    const input = {
      url: 'pipe:0',
      options: ['-protocol_whitelist', 'pipe,rtsp,rtp,tcp', '-f', 'concat', '-safe', '0'],
    };
    const failure = runFfmpeg(ffmpegArguments({ inputs: [input], outputs: [raw] }), { clock, stdin: list });
    await assert.rejects(failure, (error: Error & { code: string }) => {
      assert.equal(error.code, 'ffmpeg');
      assert.match(error.message, /refused/);
      return !error.message.includes('secret');
    });
  });

  it('tells one that failed from one that was killed', async () => {
    const missing = ffmpegArguments({ inputs: [{ url: 'file:/nowhere' }], outputs: [raw] });
    await assert.rejects(runFfmpeg(missing, { clock }), (error) => {
      assert.ok(error instanceof ToolError);
      assert.deepEqual([error.exit, error.signal], [1, undefined]);
      return true;
    });

    let isKilled = false;
    const killed = runFfmpeg(ffmpegArguments({ inputs: [picture], outputs: [raw] }), {
      clock,
      async onStdout() {
        if (isKilled) return;
        isKilled = true;
        process.kill(await childOf(process.pid), 'SIGKILL');
      },
    });
    await assert.rejects(killed, (error) => {
      assert.ok(error instanceof ToolError);
      assert.deepEqual([error.exit, error.signal], [undefined, 'SIGKILL']);
      return true;
    });
  });

  it('holds ffmpeg up while its output is taken, and ends it when that throws', async () => {
    let taken = 0;
    const endless = { url: 'testsrc2=size=64x64', options: ['-f', 'lavfi'] };
    const failure = runFfmpeg(ffmpegArguments({ inputs: [endless], outputs: [raw] }), {
      clock,
      async onStdout(chunk) {
        taken += chunk.length;
        await new Promise((done) => setImmediate(done));
        if (taken > 20 * FRAME) throw new Error('enough');
      },
    });
    await assert.rejects(failure, /enough/);
  });

  it('kills what does not react to being told to stop', async () => {
    const fake = new FakeClock();
    const stop = new AbortController();
    let frozen = false;
    await runFfmpeg(ffmpegArguments({ inputs: [picture], outputs: [raw] }), {
      clock: fake,
      signal: stop.signal,
      async onStdout() {
        if (frozen) return;
        frozen = true;
        process.kill(await childOf(process.pid), 'SIGSTOP');
        stop.abort();
        await fake.advance(6);
      },
    });
    assert.ok(frozen);
  });

  it('does not outlive us, not even a kill -9', async () => {
    const script = `
      const { runFfmpeg } = require('./nodes/lib/ffmpeg/run');
      const { systemClock: clock } = require('./nodes/lib/time/clock');
      const { ffmpegArguments } = require('./nodes/lib/ffmpeg/command');
      const inputs = [{ url: 'testsrc2=size=64x64', options: ['-re', '-f', 'lavfi'] }];
      const outputs = [{ url: 'pipe:1', options: ['-f', 'rawvideo'] }];
      void runFfmpeg(ffmpegArguments({ inputs, outputs }), { clock, onStdout: () => console.log('running') });
    `;
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
      cwd: resolve('.'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(parent.stdout), 'line');
    const child = await childOf(parent.pid ?? 0);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    while (existsSync(`/proc/${child}`)) await new Promise((done) => setImmediate(done));
  });
});

/** The process id of the ffmpeg that a process started. */
async function childOf(parent: number): Promise<number> {
  const list = spawn('pgrep', ['-P', String(parent), '-x', 'ffmpeg'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(list.stdout), 'line')) as [string];
  return Number(line);
}
