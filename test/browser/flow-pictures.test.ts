// The pictures of flows and of the sidebar in the documentation. Where none are taken, no editor is needed: they are held
// to the example flows and to the sidebar's texts, of which they are pictures.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Editor } from '../support/editor';
import { keepFlowPicture, keepPlotPictures } from '../support/flow-picture';
import { demoFlow, installedExamples, only } from '../support/flows';
import { Mosquitto } from '../support/mosquitto';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir, PACKAGE_ROOT } from '../support/pack';
import { keepPicture, shootAround, TAKES_PICTURES, wordsOfFlow } from '../support/picture-book';
import { requireSystem } from '../support/system';

/** Parts of examples, by the names of their groups, as they look before anything runs. */
const PARTS: Record<string, { example: string; groups: RegExp }> = {
  'flows/record': { example: '02', groups: /^(Sound in|1 · Keep)/ },
  'flows/features': { example: '16', groups: /^(Compute|Train)/ },
  'flows/sound-back': { example: '20', groups: /^(Redraw|Make up)/ },
  'flows/augment': { example: '21', groups: /^Learn/ },
  'flows/export': { example: '40', groups: /^(Learn|Write)/ },
};
/** What can be drawn of the scores of example 10 by a classifier that tells the two motors apart. */
const CLASSIFIER: FlowEntry = {
  ...{ id: 'classifier', type: 'rl-kl-classifier', kind: 'relu', positiveLabel: 'healthy', x: 1250, y: 60 },
  wires: [[], ['points']],
};
const POINTS: FlowEntry = {
  ...{ id: 'points', type: 'audio-plot', plot: 'rl-kl', width: 420, height: 270, format: 'svg', x: 1250, y: 160 },
  wires: [],
};
const EDITOR = { width: 1640, height: 900 };
const TALL = { width: 1640, height: 2050 };
const SIDEBAR_WIDTH = 460;

const sidebarTexts = () =>
  JSON.parse(readFileSync(join(PACKAGE_ROOT, 'nodes', 'sidebar', 'locales', 'en-US', 'earshot.json'), 'utf8')).earshot;

const textsOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [String(value)];

/** All that can be read in the sidebar while a flow runs. */
function sidebarWords(): string[] {
  const { steps: _, flow: __, error: ___, ...shown } = sidebarTexts();
  return textsOf(shown);
}

describe('pictures of flows in the documentation', function () {
  this.timeout(400_000);
  let nodeRed: NodeRed;
  let broker: Mosquitto;
  let examples: Map<string, FlowEntry[]>;

  const example = (number: string): FlowEntry[] => [...examples].find(([name]) => name.startsWith(number))![1];

  before(async function () {
    const userDir = await installedUserDir();
    examples = installedExamples(userDir);
    if (!TAKES_PICTURES) return;
    requireSystem(this, 'chromium', 'mosquitto');
    broker = await Mosquitto.start();
    nodeRed = await NodeRed.start(userDir);
  });

  after(async () => {
    await nodeRed?.stop();
    await broker?.stop();
  });

  it('show the first steps of an empty workspace as they are', async () => {
    let editor: Editor | undefined;
    if (TAKES_PICTURES) {
      await nodeRed.deploy([]);
      editor = await openOnSidebar(nodeRed);
      // The steps come with what the server says, as do the microphones.
      await editor.page.waitForTimeout(3000);
    }
    const steps = () => editor!.page.locator('.earshot-section').first();
    await keepPicture('sidebar-first-steps', textsOf(sidebarTexts().steps), () => shootAround(editor!.page, [steps()]));
    await editor?.close();
  });

  for (const [name, { example: number, groups }] of Object.entries(PARTS)) {
    it(`${name} shows a part of example ${number} as it is`, async () => {
      const flow = example(number);
      const parts = flow.filter(node => node.type === 'group' && groups.test(String(node.name))).map(({ id }) => id);
      assert.ok(parts.length > 0);
      if (TAKES_PICTURES) await nodeRed.deploy(flow);
      await keepFlowPicture(name, nodeRed, flow, parts);
    });
  }

  it('show the plots of example 10 as it is', async () => {
    const flow = example('10');
    const plots = flow.filter(({ type }) => type === 'audio-plot');
    if (TAKES_PICTURES) {
      await nodeRed.deploy(flow);
      await nodeRed.inject(only(flow, 'inject', /^1/).id);
      await nodeRed.status(plots.find(({ plot }) => plot === 'scores')!.id, /^24 scores$/, { timeout: 200_000 });
    }
    await keepPlotPictures(nodeRed, plots);
    await keepFlowPicture('plots/flow', nodeRed, flow);
  });

  it('show what a classifier makes of its scores', async () => {
    if (TAKES_PICTURES) {
      const flow = example('10').filter(({ type }) => type !== 'audio-plot');
      const { z, model, wires } = only(flow, 'vae-score');
      (wires as string[][])[0].push(CLASSIFIER.id);
      await nodeRed.deploy([...flow, { ...CLASSIFIER, z, model }, { ...POINTS, z }]);
      await nodeRed.inject(only(flow, 'inject', /^2/).id);
      await nodeRed.status(POINTS.id, /^24 points$/, { timeout: 60_000 });
    }
    await keepPlotPictures(nodeRed, [POINTS]);
  });

  it('show the demo and the sidebar as they are', async () => {
    let editor: Editor | undefined;
    if (TAKES_PICTURES) {
      const flow = demoFlow(nodeRed.userDir, broker.port);
      await nodeRed.deploy(flow);
      editor = await openOnSidebar(nodeRed);
      await editor.page.locator('#earshot-source').selectOption({ label: 'test recordings (wav-folder)' });
      await nodeRed.inject(only(flow, 'inject', /^1/).id);
      await nodeRed.debug(only(flow, 'debug', /^summary/).id, { timeout: 200_000 });
      await editor.page.waitForTimeout(4000);
    }
    await keepPicture('demo-flow', wordsOfFlow(example('01')), () => editor!.page.screenshot());
    await keepPicture('sidebar', sidebarWords(), () => shootSidebar(editor!));
    await editor?.close();
  });
});

/** The editor with the sidebar open, a little wider than it is at first. */
async function openOnSidebar(nodeRed: NodeRed): Promise<Editor> {
  const editor = await Editor.open(nodeRed.url);
  const { page } = editor;
  await page.setViewportSize(EDITOR);
  await page.evaluate(`RED.sidebar.show('earshot')`);
  const separator = await page.locator('#red-ui-sidebar-separator').boundingBox();
  const y = EDITOR.height / 2;
  await page.mouse.move(separator!.x + separator!.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(EDITOR.width - SIDEBAR_WIDTH, y, { steps: 5 });
  await page.mouse.up();
  return editor;
}

/** The whole sidebar, with the last alarm opened. */
async function shootSidebar({ page }: Editor): Promise<Buffer> {
  await page.setViewportSize(TALL);
  const sidebar = page.locator('.earshot');
  await sidebar.locator('.earshot-alarms li summary').first().click();
  await sidebar.locator('.earshot-alarms img').first().waitFor();
  await page.waitForTimeout(1500);
  return shootAround(page, [sidebar]);
}
