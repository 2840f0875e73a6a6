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
  },
  // Warnings of the flow are in the editor's debug sidebar; the terminal is for what someone must act on.
  logging: { console: { level: 'error', metrics: false, audit: false } },
};
