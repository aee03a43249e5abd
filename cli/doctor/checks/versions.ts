import { dirname } from 'node:path';
import { problemOf, remedyOf } from '../../../nodes/lib/errors';
import { PACKAGE_ROOT, versionIn } from '../../package-root';
import { findNodeRed } from '../../start';
import { findings, type Finding } from '../finding';
import { isInstalled } from '../../../nodes/lib/process/output';

const { ok, warning, problem } = findings('versions');

const NODE = '20.19.0';
const NODE_RED = '4.1.0';
/** Node-RED 5 refuses older ones. */
const NODE_FOR_RED_5 = '22.9.0';

/** Looks at what runs the unit: Node.js, Node-RED, this package, and the tools of the system that it calls. */
export async function checkVersions(): Promise<Finding[]> {
  return [runtime(), await systemTools()];
}

function runtime(): Finding {
  const node = process.versions.node;
  let red: string;
  try {
    red = versionIn(dirname(findNodeRed()));
  } catch (error) {
    return problem(problemOf(error), remedyOf(error));
  }
  return judgeVersions({ node, red, own: versionIn(PACKAGE_ROOT) });
}

/** @param versions of Node.js, Node-RED and this package */
export function judgeVersions({ node, red, own }: Readonly<Record<'node' | 'red' | 'own', string>>): Finding {
  const all = `node-red-v2x ${own} on Node-RED ${red} and Node.js ${node}`;
  if (isOlder(node, NODE)) return problem(all, `install Node.js ${NODE} or later`);
  if (isOlder(red, NODE_RED)) return problem(all, 'npm install node-red@4');
  if (!isOlder(red, '5.0.0') && isOlder(node, NODE_FOR_RED_5)) {
    return problem(all, `Node-RED 5 needs Node.js ${NODE_FOR_RED_5} or later; or: npm install node-red@4`);
  }
  return ok(all);
}

async function systemTools(): Promise<Finding> {
  if (process.platform !== 'linux') {
    return problem(`this is ${process.platform}`, 'recording needs Linux; the other nodes work here');
  }
  if (!(await isInstalled('flock')))
    return problem('flock is missing; recorders need it', 'sudo apt install util-linux');
  if (!(await isInstalled('setpriv'))) {
    const risk = 'setpriv is missing: ffmpeg may keep running when Node-RED is killed';
    return warning(risk, 'sudo apt install util-linux');
  }
  return ok('util-linux is installed (flock, setpriv)');
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
