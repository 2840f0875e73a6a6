// Makes the pictures of the documentation (docs/images): runs the demo in a Node-RED of its own, waits until all test
// recordings have been judged, and photographs the editor. `CHROMIUM=/path node scripts/screenshots.mjs` names the
// browser where it is not /usr/bin/chromium.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ensureBuilt } from './demo/build-if-stale.mjs';
import { startDemo } from './demo/demo.mjs';
import { freePort } from './demo/ports.mjs';
import { root } from './set-up.mjs';

const WINDOW = { width: 1640, height: 900 };
const LIMIT_MS = 180_000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
const images = join(root, 'docs', 'images');

/** Opens the editor on the debug sidebar, lets the demo run through and takes its picture. */
async function photograph({ nodeRed, firstButton }, finished) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: WINDOW });
    page.on('pageerror', error => console.error(`in the browser: ${error.message}`));
    page.on('console', message => message.type() === 'error' && console.error(`in the browser: ${message.text()}`));
    await page.goto(nodeRed.url);
    await page.waitForSelector('.red-ui-flow-node');
    await page.evaluate(() => window.RED.sidebar.show('debug'));
    await nodeRed.press(firstButton);
    console.log(await finished);
    await page.waitForTimeout(1500); // the last statuses and debug messages
    await page.screenshot({ path: join(images, 'demo-flow.png') });
  } finally {
    await browser.close();
  }
}

/** Resolves to the summary that the demo flow publishes last. */
function untilSummary() {
  let onMessage;
  const finished = new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no summary after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    onMessage = (topic, text) => {
      if (!topic.endsWith('/summary')) return;
      clearTimeout(limit);
      resolve(text);
    };
  });
  return { onMessage, finished };
}

ensureBuilt(root, console.log);
mkdirSync(images, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'earshot-pictures-'));
const { onMessage, finished } = untilSummary();
finished.catch(() => {}); // reported where it is awaited
const demo = await startDemo({
  root,
  folder,
  httpPort: await freePort(1890),
  mqttPort: await freePort(1990),
  onMessage,
});
try {
  await demo.ready();
  await photograph(demo, finished);
} finally {
  await demo.stop();
  rmSync(folder, { recursive: true, force: true });
}
