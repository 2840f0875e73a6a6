// Node-RED settings of the demo: this machine only, no telemetry, no tours, no external catalogue. The addresses
// come from scripts/start.mjs, which found out which ports are free.
const { EARSHOT_DEMO_PORT, EARSHOT_DEMO_SECRET } = process.env;

module.exports = {
  uiHost: '127.0.0.1',
  uiPort: Number(EARSHOT_DEMO_PORT),
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: EARSHOT_DEMO_SECRET,
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: {
    page: { title: 'Earshot demo' },
    header: { title: 'Earshot demo' },
    tours: false,
    palette: { catalogues: [] },
    projects: { enabled: false },
  },
  logging: { console: { level: 'warn', metrics: false, audit: false } },
};
