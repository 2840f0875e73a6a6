// Settings of the Node-RED that tests start: quiet, closed to the outside, and with GET /test/vitals, which tells
// from inside the process how late and how busy its event loop is and how much memory it takes.
const { monitorEventLoopDelay, performance } = require('node:perf_hooks');

const RESOLUTION_MS = 5;
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
loop.enable();
let began = performance.eventLoopUtilization();

/** Delay beyond the timer's own period, in milliseconds. */
const delay = nanoseconds => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

/** Answers with the delays since the last `?reset`. */
function vitals(request, response) {
  const { rss } = process.memoryUsage();
  const eventLoop = {
    p50: delay(loop.percentile(50)),
    p99: delay(loop.percentile(99)),
    max: delay(loop.max),
    utilization: performance.eventLoopUtilization(began).utilization,
  };
  if ('reset' in request.query) {
    loop.reset();
    began = performance.eventLoopUtilization();
  }
  response.json({ rss, eventLoop, node: process.version });
}

module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: 'tests only',
  telemetry: { enabled: false },
  diagnostics: { enabled: false, ui: false },
  editorTheme: { tours: false, palette: { catalogues: [] }, codeEditor: { lib: 'ace' } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
  httpAdminMiddleware(request, response, next) {
    if (request.path === '/test/vitals') vitals(request, response);
    else next();
  },
};
