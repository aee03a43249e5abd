// Preloaded into the Node-RED under measurement (node --require): notes when each verified alert reaches the
// vehicle's table, by Node-RED's own message hooks, and hands the notes over when the bench asks.
const { createRequire } = require('node:module');
const { resolve } = require('node:path');

const { hooks } = createRequire(resolve('node_modules/node-red/red.js'))('@node-red/util');

/**
 * Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share: below `verified` by the id of the event.
 */
let notes = {};

function note(subject, what) {
  notes[subject] ??= {};
  notes[subject][what] ??= String(process.hrtime.bigint());
}

hooks.add('onReceive.bench', ({ msg, destination }) => {
  if (destination.node.type === 'v2x-alert-tracker') note('verified', msg.payload.event.id);
});

process.on('message', () => {
  process.send(notes);
  notes = {};
});
