import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../../../nodes/lib/errors';
import { checkPort } from '../../start';
import { findings, type Finding } from '../finding';
import { storeOf } from '../store';
import type { Unit } from '../unit';

const { ok, warning, problem } = findings('editor');
const LOOPBACK = '127.0.0.1';
const TIMEOUT_MS = 5000;

/** As much of Node-RED's settings as says who may open the editor. */
interface EditorSettings {
  readonly uiHost?: unknown;
  readonly adminAuth?: unknown;
  readonly https?: unknown;
}

/** Looks at the port of the editor and who may open it. */
export async function checkEditor(unit: Unit): Promise<Finding[]> {
  return [await judgePort(unit), ownSettings(unit)];
}

/** The port is free, or a Node-RED answers there: this unit when it runs. */
async function judgePort(unit: Unit): Promise<Finding> {
  try {
    checkPort(process.env.PORT);
  } catch (error) {
    return problem(messageOf(error), 'correct PORT');
  }
  const port = Number(process.env.PORT || 1880);
  const url = `http://${LOOPBACK}:${port}`;
  if (port === 0 || (await isFree(port))) {
    if (!(await records(unit))) return ok(`port ${port} is free: the unit is not running`);
    return warning(
      `nothing listens on port ${port}, but the unit is recording`,
      'if the unit has another PORT, set it here too',
    );
  }
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' });
    if (/node-?red/i.test(await answer.text())) return ok(`Node-RED answers at ${url}`);
  } catch {
    // What has the port is not a web server.
  }
  return problem(`port ${port} is used by another program`, `see "ss -ltnp", or choose another: PORT=1881`);
}

async function records(unit: Unit): Promise<boolean> {
  const stores = await Promise.all(unit.of('ffmpeg-segmenter').map((node) => storeOf(unit, node)));
  return stores.some(({ recording }) => recording);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, LOOPBACK, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function ownSettings(unit: Unit): Finding {
  const file = join(unit.data, 'node-red', 'settings.js');
  if (!existsSync(file)) return judgeAccess({});
  try {
    return judgeAccess(createRequire(file)(file) as EditorSettings);
  } catch (error) {
    return problem(
      `${file} cannot be read: ${messageOf(error)}`,
      'it must be a Node-RED settings file: module.exports = { ... }',
    );
  }
}

/** Anyone who can open the editor can change everything. */
export function judgeAccess({ uiHost = LOOPBACK, adminAuth, https }: EditorSettings): Finding {
  const local = typeof uiHost === 'string' && /^(127\.|localhost$|::1$)/.test(uiHost);
  if (local) {
    const who = adminAuth
      ? 'asks for a password'
      : 'asks for no password: every user of this machine can change the flow';
    return ok(`it listens on ${uiHost} only and ${who}`);
  }
  if (!adminAuth)
    return problem(`it listens on ${String(uiHost)} and asks for no password`, 'set adminAuth, see README');
  if (!https) return warning(`it listens on ${String(uiHost)} without https`, 'set https, or use ssh -L');
  return ok(`it listens on ${String(uiHost)} with https and asks for a password`);
}
