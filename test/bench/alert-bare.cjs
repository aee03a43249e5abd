// The floor under a watcher in Node.js: bare fs.watch, read, sign, send; no claim, no checks, nothing survives a crash.
// alert-bare.cjs DIRECTORY GROUP PORT; the secret is in V2X_KEY.
const { createHmac } = require('node:crypto');
const { createSocket } = require('node:dgram');
const { readFileSync, watch } = require('node:fs');
const { join } = require('node:path');

const [directory, group, port] = process.argv.slice(2);
const base64url = (text) => Buffer.from(text).toString('base64url');
const seen = new Set();
const socket = createSocket('udp4');

function take(name) {
  const text = readFileSync(join(directory, name), 'utf8');
  if (seen.has(name) || text === '') return;
  seen.add(name);
  socket.send(tokenOf(text));
}

function tokenOf(text) {
  const header = base64url('{"alg":"HS256","kid":"rsu","typ":"JWT"}');
  const input = `${header}.${base64url(JSON.stringify({ iss: '1001', event: JSON.parse(text) }))}`;
  const signature = createHmac('sha256', process.env.V2X_KEY).update(input).digest('base64url');
  return `${input}.${signature}`;
}

// As warm as the unit that it is measured beside, which rehearses before its first event.
for (let round = 0; round < 1000; round += 1)
  tokenOf('{"id":"warm-up","ts":1.5,"type":"unknown","lat":1.5,"lon":1.5}');

socket.bind(0, () => {
  socket.setMulticastInterface('127.0.0.1');
  socket.connect(Number(port), group, () => {
    watch(directory, (_event, name) => take(name));
    console.log('watching');
  });
});
