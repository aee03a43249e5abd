// Makes the machine ready for the tests: installs what is missing when it runs as root on Debian or Ubuntu,
// otherwise prints the one command that does. Suites that lack a tool are reported as skipped by name.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PYTHON = '/usr/bin/python3';
const python = (program) => [PYTHON, '-c', program];
const gstreamer =
  "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";

/** What tests use, how to see that it is there, and the Debian packages that bring it. */
const TOOLS = [
  { name: 'ffmpeg', check: ['ffprobe', '-version'], packages: ['ffmpeg'] },
  { name: 'Chromium', check: ['chromium', '--version'], packages: ['chromium', 'fonts-noto-cjk'] },
  {
    name: 'RTSP server',
    check: python(gstreamer),
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'python3-gi',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-plugins-ugly',
    ],
  },
  { name: 'network namespaces', check: ['tc', '-V'], packages: ['iproute2'] },
  { name: 'systemd-analyze', check: ['systemd-analyze', '--version'], packages: ['systemd'] },
  {
    name: 'PyJWT',
    check: python('import jwt, cryptography'),
    packages: ['python3-jwt', 'python3-cryptography'],
  },
  { name: 'C++ compiler', check: ['g++', '--version'], packages: ['g++'] },
  { name: 'libjwt', check: ['test', '-e', '/usr/include/jwt.h'], packages: ['gcc', 'libjwt-dev'] },
  { name: 'ASN.1 compiler', check: ['which', 'asn1c'], packages: ['asn1c', 'gcc'] },
  {
    name: 'MQTT broker',
    check: ['test', '-x', '/usr/sbin/mosquitto', '-a', '-x', '/usr/bin/mosquitto_pub'],
    packages: ['mosquitto', 'mosquitto-clients'],
  },
  { name: 'tshark', check: ['tshark', '--version'], packages: ['tshark'] },
  { name: 'OpenCV for Python', check: python('import cv2'), packages: ['python3-opencv'] },
];

/** The newest Node-RED and a Node.js that runs it, for the end-to-end tests; they run beside the installed ones. */
const NODE_RED_5 = join(import.meta.dirname, '..', '.cache', 'node-red-5');

const works = ([command, ...args]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Resolves to whether it went well. */
const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });

async function installTools() {
  const missing = TOOLS.filter(({ check }) => !works(check));
  if (missing.length === 0) return;
  const packages = missing.flatMap((tool) => tool.packages);
  if (process.getuid?.() !== 0 || !works(['apt-get', '--version'])) {
    console.log(`Tests without ${missing.map(({ name }) => name).join(', ')} are skipped. To run them:`);
    console.log(`  sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
    return;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-qq', 'update'], { env });
  await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages], { env });
}

async function installNodeRed5() {
  if (existsSync(join(NODE_RED_5, 'node_modules', 'node-red', 'red.js'))) return;
  mkdirSync(NODE_RED_5, { recursive: true });
  writeFileSync(join(NODE_RED_5, 'package.json'), '{ "private": true }\n');
  const packages = ['node-red@^5.0.7', `node-linux-${process.arch}@^24`];
  const installed = await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages],
    { cwd: NODE_RED_5 },
  );
  if (!installed) console.log('Node-RED 5 could not be installed; its end-to-end tests are skipped.');
}

/** The bindings to the system's OpenCV, built once: they take about a minute. */
async function installOpenCv() {
  const root = join(import.meta.dirname, '..');
  const directory = join(root, '.cache', 'opencv');
  const bindings = join(directory, 'node_modules', '@u4', 'opencv4nodejs');
  // What was built for another version of Node.js or OpenCV does not load.
  if (works([process.execPath, '-e', `require(${JSON.stringify(bindings)})`])) return;
  if (!works(['dpkg', '--version']) || !(await run(join(root, 'scripts', 'install-opencv.sh'), [directory])))
    console.log('OpenCV for Node.js could not be installed; the tests of the engine "opencv" are skipped.');
}

await installTools();
// One mostly waits for the network, the other for the compiler.
await Promise.all([installNodeRed5(), installOpenCv()]);
