// The example for Dashboard 2.0 with the real package, in a real Chromium: the page fills with scores, an alarm brings
// its picture, and the slider changes what the threshold node decides. With EARSHOT_LOOK set, pictures go to artifacts/.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Editor } from '../support/editor';
import { inject, installedExamples, only } from '../support/flows';
import { describeGenerations, NODE_RED_4 } from '../support/generations';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDirFor } from '../support/pack';
import { PARTS_FOLDER, requireSystem } from '../support/system';
import { until } from '../support/wait';

const DASHBOARD = join('@flowfuse', 'node-red-dashboard');
/** A data URL goes to every open page with every alarm. */
const MAX_PICTURE_CHARACTERS = 100_000;

describeGenerations('the dashboard example', [NODE_RED_4], function (generation) {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let editor: Editor;
  let flow: FlowEntry[];
  /** What the page received of the chart. */
  let received = '';

  const threshold = () => only(flow, 'threshold').id;
  const points = (category: string): number[] =>
    [...received.matchAll(/"_datapoint":\{"category":"([^"]+)","x":\d+,"y":([\d.e-]+)\}/g)]
      .filter(match => match[1] === category)
      .map(match => Number(match[2]));
  const press = (name: string) => editor.page.getByRole('button', { name, exact: true }).click();

  before(async function () {
    requireSystem(this, 'chromium', 'dashboard');
    const userDir = await installedUserDirFor(generation);
    const installed = join(userDir, 'node_modules', DASHBOARD);
    mkdirSync(dirname(installed), { recursive: true });
    symlinkSync(join(PARTS_FOLDER, DASHBOARD), installed);
    nodeRed = await NodeRed.start(userDir, generation);
    flow = [...installedExamples(userDir)].find(([name]) => name.startsWith('50 '))?.[1] ?? [];
    // As imported, but a second of sound in an eighth of a second.
    only(flow, 'delay', /second/).rate = '8';
    const shown = [/score and threshold/, /state of each/].map(name => only(flow, 'function', name).id);
    const anomaly = { state: 'normal', score: 0.01, threshold: 0.02 };
    flow.push(inject('second', only(flow, 'tab').id, [shown], { topic: 'fan', payload: 0.01, anomaly }));
    await nodeRed.deploy(flow);
    editor = await Editor.browse('about:blank', generation.name);
    const chart = only(flow, 'ui-chart').id;
    editor.page.on('websocket', socket => {
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).includes(chart)) received += payload;
      });
    });
    await editor.page.goto(`${nodeRed.url}/dashboard`);
    await editor.page.getByText('Nothing heard yet').waitFor();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && editor) await editor.failed(this.currentTest.title);
  });

  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
  });

  it('learns at the press of a button, and shows score and threshold over time', async () => {
    await press('Learn normal');
    await editor.page.getByText(/version 1, ready/).waitFor({ timeout: 60_000 });
    const drawn = () => Math.min(points('motor').length, points('motor, threshold').length);
    await until('24 scores in the chart, and the threshold beside each', () => drawn() >= 24, { timeout: 30_000 });
    const limit = points('motor, threshold')[0];
    assert.ok(points('motor')[0] < limit, 'begins below the threshold');
    assert.ok(points('motor').at(-1)! > limit, 'ends above it');
    const inked = (await editor.page.evaluate(`(() => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let blue = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 2] > 180 && data[i] < 90) blue++;
      return blue;
    })()`)) as number;
    assert.ok(inked > 200, `${inked} pixels of the score's line`);
  });

  it('shows the state in words and the last alarm with its picture', async () => {
    await editor.page.getByText('motor: anomaly').waitFor();
    const picture = editor.page.locator('figure img');
    await picture.waitFor();
    const [width, height, characters] = (await editor.page.evaluate(`(() => {
      const { naturalWidth, naturalHeight, src } = document.querySelector('figure img');
      return [naturalWidth, naturalHeight, src.length];
    })()`)) as number[];
    assert.deepEqual([width, height], [600, 440]);
    assert.ok(characters < MAX_PICTURE_CHARACTERS, `${characters} characters`);
    await editor.page.setViewportSize({ width: 1280, height: 800 });
    await editor.page.waitForTimeout(600);
    await editor.picture('dashboard');
    await editor.page.setViewportSize({ width: 390, height: 844 });
    await editor.page.waitForTimeout(600);
    await editor.picture('dashboard on a phone');
    const overhang = await editor.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.ok(Number(overhang) <= 0, `${overhang} pixels beyond the phone's edge`);
  });

  it('changes by the slider what the threshold node decides, from the keyboard too, and goes back', async () => {
    await editor.page.locator('.v-slider-thumb').focus();
    await editor.page.keyboard.press('End');
    let from = nodeRed.events.items.length;
    const set = await nodeRed.status(threshold(), /^threshold .* set for motor$/);
    const value = /0\.\d+/.exec(set)?.[0] as string;
    await press('Listen');
    // Above the threshold that was learnt, not above this one.
    await nodeRed.status(threshold(), new RegExp(`^normal 0\\.0[2-6]\\d+ / ${value}`), { from, timeout: 30_000 });
    from = nodeRed.events.items.length;
    await press('Threshold as learnt');
    await nodeRed.status(threshold(), /^Motor version 1$/, { from });
    await press('Listen');
    await nodeRed.status(threshold(), /^ANOMALY 0\.0[2-6]/, { from, timeout: 30_000 });
  });

  it('gives a second machine lines of its own in the list and the chart', async () => {
    await nodeRed.inject('second');
    await editor.page.getByText('fan: normal').waitFor();
    await editor.page.getByText(/motor: /).waitFor();
    await until('points of both lines', () => points('fan').length === 1 && points('fan, threshold').length === 1);
  });

  it('leaves no error on the console of the browser', () => {
    assert.deepEqual(editor.consoleErrors, []);
  });
});
