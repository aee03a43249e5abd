import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atEnd } from '../support/at-end';
import { readFlow, type FlowNode } from '../support/unit/package';
import { familyOf } from '../support/processes';
import { rtspServerMissing, startRtspServer, type RtspServer } from '../support/camera/rtsp-server';
import { CommandLineWatch, leakingFiles, leaks } from '../support/unit/secrecy';
import { fileIn, Unit } from '../support/unit/unit';

/** One in V2X_CAMERA, one entered in the editor, one that the camera refuses; with what URLs and quoting spoil. */
const IN_URL = "p@ss:w/rd?1#'é";
const ENTERED = 'Entered&2%41"s$';
const REFUSED = "wrong'3 pa55";
const KEY = 'the key of the test of secrets, as text';
const SECRETS = [IN_URL, ENTERED, REFUSED, KEY];

/**
 * The shipped flow in which everything is printed: every message of every output, every status and error.
 * What Node-RED shows in its sidebar is the same.
 */
function talkativeFlow(): FlowNode[] {
  const shipped = readFlow('flows/flows.json').map((node) =>
    node.type === 'debug'
      ? { ...node, active: true, console: true, complete: 'true', targetType: 'full' }
      : node,
  );
  const tabs = shipped.filter(({ type }) => type === 'tab');
  const listeners = tabs.flatMap(({ id: z }) => [
    { id: `catch-${z}`, type: 'catch', z, name: '', scope: null, uncaught: false, wires: [[`all-${z}`]] },
    { id: `status-${z}`, type: 'status', z, name: '', scope: null, wires: [[`all-${z}`]] },
    {
      id: `all-${z}`,
      type: 'debug',
      z,
      active: true,
      console: true,
      complete: 'true',
      targetType: 'full',
      wires: [],
    },
  ]);
  return [...shipped, ...listeners];
}

describe(
  'secrets stay where they belong: in the unit, and on no screen, log, flow or command line',
  { skip: rtspServerMissing() },
  () => {
    const printed: string[] = [];
    let watch: CommandLineWatch;
    let unit: Unit;
    let first: RtspServer;
    let second: RtspServer;

    before(async () => {
      const data = await mkdtemp(join(tmpdir(), 'v2x-secrets-'));
      await mkdir(join(data, 'node-red'));
      await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(talkativeFlow()));
      first = await startRtspServer({ user: 'operator', password: IN_URL });
      second = await startRtspServer({ user: 'editor', password: ENTERED, audio: 'alaw' });
      watch = new CommandLineWatch(SECRETS);
      unit = await Unit.start({
        V2X_DATA: data,
        V2X_CAMERA: first.url.replace('//', `//operator:${encodeURIComponent(IN_URL)}@`),
        V2X_KEY: KEY,
        V2X_PRE: '2',
        V2X_POST: '1',
        V2X_LOG: 'debug',
      });
    });

    after(async () => {
      await watch.end();
      await unit.stop();
      await Promise.all([first.stop(), second.stop()]);
    });

    /** Lets the doctor look, and keeps what it says. */
    async function doctor(expected: RegExp): Promise<void> {
      const program = unit.cli('doctor');
      await program.exit();
      printed.push(program.output);
      assert.match(program.output, expected);
    }

    /** Asks the editor's admin API, and keeps what it answers. */
    async function ask(path: string, body?: object): Promise<Response> {
      const headers = { 'content-type': 'application/json', 'Node-RED-Deployment-Type': 'full' };
      const request = body ? { method: 'POST', headers, body: JSON.stringify(body) } : {};
      const answer = await fetch(unit.url + path, request);
      printed.push(Buffer.from(await answer.clone().arrayBuffer()).toString('latin1'));
      return answer;
    }

    /** Deploys the flow with another camera. */
    async function deployCamera(server: RtspServer, user: string, password: string): Promise<void> {
      const flow = (await (await ask('/flows')).json()) as FlowNode[];
      const changed = flow.map((node) =>
        node.type === 'v2x-camera'
          ? { ...node, kind: 'rtsp', address: server.url, credentials: { user, password } }
          : node,
      );
      assert.equal((await ask('/flows', changed)).status, 204);
    }

    it('(which would be seen, were one on a command line for a moment)', async () => {
      const secret = 'shown: "to" everyone';
      const control = new CommandLineWatch([secret]);
      const careless = spawn('cat', ['-', secret]);
      await control.leak();
      careless.kill();
      await control.end();
    });

    it('of a camera in V2X_CAMERA, while it is recorded, watched, clipped and examined', async () => {
      await fileIn(unit.directory('rec'), /^seg_\d+\.mp4$/);
      const vehicle = await unit.listen('--json');
      await unit.cli('emit', '--type', 'fire').exit();
      await vehicle.line(/"fire"/);
      printed.push(vehicle.output);
      await vehicle.stop();
      await fileIn(unit.directory('archive'), /^accident_\d+\.json$/);
      await doctor(/^ok +camera +rtsp:\/\/127\.0\.0\.1:\d+: h264/m);
    });

    it('of a camera entered in the editor, its picture asked for from there', async () => {
      const recorded = unit.program.lines.length;
      await deployCamera(second, 'editor', ENTERED);
      await unit.program.line(/recording/, recorded);
      const camera = {
        id: 'v2x-cfg-camera',
        kind: 'rtsp',
        address: second.url,
        user: 'editor',
        password: '__PWRD__',
      };
      const picture = await ask('/v2x/camera/snapshot', camera);
      assert.equal(picture.headers.get('content-type'), 'image/jpeg');
      await doctor(/^ok +camera +rtsp:\/\/127\.0\.0\.1:\d+: h264 \S+, pcm_alaw/m);
    });

    it('of a camera that refuses it', async () => {
      const since = unit.program.lines.length;
      await deployCamera(second, 'editor', REFUSED);
      await unit.program.line(/Cannot record rtsp:.*401/, since);
      const camera = { kind: 'rtsp', address: second.url, user: 'editor', password: REFUSED };
      assert.equal((await ask('/v2x/camera/snapshot', camera)).status, 422);
      await doctor(/^problem +camera .*401.*check the user and password/m);
    });

    it('and of the key: none was seen anywhere', async (t) => {
      for (const path of [
        '/flows',
        '/settings',
        '/nodes',
        '/credentials/v2x-camera/v2x-cfg-camera',
        '/diagnostics',
      ])
        await ask(path);
      await ask('/credentials/v2x-key/v2x-cfg-key');
      printed.push(unit.program.output);
      assert.ok(watch.seen.size > 20, 'it looked');
      t.diagnostic(`${watch.seen.size} command lines, ${printed.join('').length} characters of output`);
      assert.deepEqual([...watch.leaked], []);
      assert.deepEqual(leaks(printed.join('\n'), SECRETS), []);
      assert.deepEqual(await leakingFiles(unit.data, SECRETS), []);
    });

    it('and in the environment only of Node-RED itself, which no other user can read', async () => {
      const pid = unit.program.child.pid ?? 0;
      const environOf = (process: number) => join('/proc', String(process), 'environ');
      const node = environOf(pid);
      // Process ids begin anew at times, so a child's may be the lower one.
      const children = familyOf(pid).filter((entry) => entry.pid !== pid);
      assert.ok(leaks(await readFile(node), SECRETS).includes(KEY), 'it is there');
      assert.equal((await stat(node)).mode & 0o077, 0);
      for (const environ of children.map((entry) => environOf(entry.pid))) {
        const content = await readFile(environ).catch(() => Buffer.alloc(0));
        assert.deepEqual(leaks(content, SECRETS), [], environ);
      }
    });

    it('and the editor listens on the loopback only', async () => {
      const port = Number(new URL(unit.url).port);
      assert.deepEqual(await listeners(port), ['0100007F']);
      const others = Object.values(networkInterfaces())
        .flat()
        .filter((info) => info?.family === 'IPv4' && !info.internal);
      for (const info of others) {
        await assert.rejects(fetch(`http://${info?.address ?? ''}:${port}/`), info?.address);
      }
    });
  },
);

/** What a unit is started with instead of a URL, and what it says. */
const MISTYPED: Readonly<Record<string, RegExp>> = {
  [`rtsp;//op:${ENTERED}@127.0.0.1:1/cam`]: /Cannot open film: there is no readable file/,
  [`"op:${ENTERED}@127.0.0.1:1/cam"`]: /The camera address is neither an RTSP URL/,
  [`rtsp://op:${REFUSED}/@127.0.0.1:1/cam`]: /write \/ as %2F, \? as %3F and # as %23/,
  [` '"rtsp://op:${encodeURIComponent(IN_URL)}@127.0.0.1:1/cam"'`]: /Cannot record rtsp:\/\/127\.0\.0\.1:1: /,
  [`rtsp://127.0.0.1:1/user=op_password=${encodeURIComponent(REFUSED)}_channel=1`]:
    /Cannot record rtsp:\/\/127\.0\.0\.1:1: /,
};

describe('what is wrong in V2X_CAMERA is told without the password in it', () => {
  for (const [typed, words] of Object.entries(MISTYPED)) {
    it(String(words), async (t) => {
      const data = await mkdtemp(join(tmpdir(), 'v2x-mistyped-'));
      await mkdir(join(data, 'node-red'));
      await writeFile(join(data, 'node-red', 'flows.json'), JSON.stringify(talkativeFlow()));
      const unit = await Unit.start({ V2X_DATA: data, V2X_CAMERA: typed, V2X_LOG: 'debug' });
      atEnd(t, () => unit.stop());
      await unit.program.line(words);
      const described = { id: 'v2x-cfg-camera', kind: 'auto', address: '${V2X_CAMERA}' };
      const answer = await fetch(`${unit.url}/v2x/camera/snapshot`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(described),
      });
      assert.equal(answer.status, 422);
      const doctor = unit.cli('doctor');
      await doctor.exit();
      assert.match(doctor.output, /^problem +camera/m);
      const printed = [unit.program.output, await answer.text(), doctor.output].join('\n');
      assert.deepEqual(leaks(printed, SECRETS), []);
      assert.deepEqual(await leakingFiles(data, SECRETS), []);
    });
  }
});

/** The addresses on which a TCP port of this machine is open, as the kernel writes them. */
async function listeners(port: number): Promise<string[]> {
  const LISTEN = '0A';
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
    .filter(([, , , state]) => state === LISTEN)
    .map(([, local]) => local.split(':'))
    .filter(([, hex]) => parseInt(hex, 16) === port)
    .map(([address]) => address);
}
