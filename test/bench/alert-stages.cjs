// Preloaded into the Node-RED under measurement (node --require): notes when each message with an event reaches a
// node, by Node-RED's own message hooks, and hands the notes over when the bench asks.
const { createRequire } = require('node:module');
const { resolve } = require('node:path');

const { hooks } = createRequire(resolve('node_modules/node-red/red.js'))('@node-red/util');

/** Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share, by file and node type. */
let notes = {};

hooks.add('onReceive.bench', ({ msg, destination }) => {
  const file = msg.event?.file;
  if (file === undefined) return;
  notes[file] ??= {};
  notes[file][destination.node.type] ??= String(process.hrtime.bigint());
});

process.on('message', () => {
  process.send(notes);
  notes = {};
});
