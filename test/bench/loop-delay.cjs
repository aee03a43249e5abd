// Preloaded into the Node-RED under measurement (node --require): answers a message from the bench with this
// process's CPU time, and its event-loop delay and largest memory since the last question.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { setInterval } = require('node:timers');

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 250).unref();
process.on('message', () => {
  process.send({
    rss: Math.max(peak, process.memoryUsage.rss()),
    cpu: process.cpuUsage(),
    p50: delay.percentile(50) / 1e6,
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
  });
  delay.reset();
  peak = 0;
});
