// Node-RED settings of the default project: `npm start`, `v2x start`, or `node-red --settings flows/settings.js`.
// What a unit needs can be set from the environment; see README, "Settings".
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { refuseForeign } = require('@roadside/node-red-v2x/same-origin');

const env = process.env;
const dataRoot = path.resolve(env.V2X_DATA || '.v2x');
const userDir = path.join(dataRoot, 'node-red');
fs.mkdirSync(userDir, { recursive: true });

/** Makes a file unless it is there: whole or not at all, and only one of two units that start at once makes it. */
function makeOnce(file, content) {
  if (fs.existsSync(file)) return;
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    fs.writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush: true });
    fs.linkSync(temporary, file);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** A secret of this unit: made once, readable by this user only. */
function ownSecret(file) {
  makeOnce(file, `${randomBytes(32).toString('base64url')}\n`);
  return fs.readFileSync(file, 'utf8').trim();
}

/** The shipped flow is copied once: what is deployed in the editor is the user's own and survives upgrades. */
function ownFlow() {
  const own = path.join(userDir, 'flows.json');
  makeOnce(own, fs.readFileSync(path.join(__dirname, 'flows.json')));
  return own;
}

/** What the user sets as in any Node-RED: adminAuth, https, and so on. It stands above what is set here. */
function ownSettings() {
  const own = path.join(userDir, 'settings.js');
  return fs.existsSync(own) ? require(own) : {};
}

// The flow refers to these as ${NAME}.
env.V2X_DATA = dataRoot;
env.V2X_KEY ||= ownSecret(path.join(dataRoot, 'key'));

const own = ownSettings();

module.exports = {
  flowFile: ownFlow(),
  userDir,
  credentialSecret: ownSecret(path.join(userDir, 'credential-secret')),
  nodesDir: [path.join(__dirname, '..')],
  uiHost: '127.0.0.1',
  uiPort: Number(env.PORT || 1880),
  flowFilePretty: true,
  diagnostics: { enabled: true, ui: true },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: env.V2X_LOG || 'info', metrics: false, audit: false } },
  ...own,
  // Whatever the user adds, no page of another site reads or commands the unit.
  httpAdminMiddleware: [refuseForeign, own.httpAdminMiddleware ?? []].flat(),
};
