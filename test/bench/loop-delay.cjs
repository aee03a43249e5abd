// Preloaded into the Node-RED under measurement (node --require): answers a message from the bench with this
// process's memory and event-loop delay since the last question.
const { monitorEventLoopDelay } = require('node:perf_hooks');

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', () => {
  process.send({
    rss: process.memoryUsage.rss(),
    cpu: process.cpuUsage(),
    p50: delay.percentile(50) / 1e6,
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
  });
  delay.reset();
});
