// Edit dialogs that show what their settings do, in a real Chromium: on a model trained here on the bundled motor, the
// fields are changed as a person does and what is shown follows. With EARSHOT_LOOK set, pictures go to artifacts/.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { Editor } from '../support/editor';
import { describeGenerations, NODE_RED_4 } from '../support/generations';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDirFor } from '../support/pack';
import { requireSystem } from '../support/system';
import { until } from '../support/wait';

const EVIL = '<img src=x onerror="window.pwned=1">';

/** Learns what is normal, and judges what may not be. */
const FLOW: FlowEntry[] = [
  { id: 'tab', type: 'tab', label: 'Dialogs' },
  { id: 'model', type: 'audio-model', name: EVIL },
  // Node-RED does not start a config node that no node uses.
  { id: 'unused', type: 'audio-model', name: 'unused' },
  {
    id: 'normal',
    type: 'wav-folder',
    folder: 'earshot:motor/normal',
    segmentSeconds: 0.5,
    x: 120,
    y: 60,
    wires: [['picture']],
  },
  { id: 'picture', type: 'spectrogram', frames: 16, x: 320, y: 60, wires: [['train']] },
  { id: 'train', type: 'vae-train', model: 'model', epochs: 6, x: 520, y: 60, wires: [[], []] },
  {
    id: 'test',
    type: 'wav-folder',
    folder: 'earshot:motor/test',
    segmentSeconds: 0.5,
    x: 120,
    y: 160,
    wires: [['seen']],
  },
  { id: 'seen', type: 'spectrogram', frames: 16, x: 320, y: 160, wires: [['score']] },
  { id: 'score', type: 'vae-score', model: 'model', score: 'rl', x: 520, y: 160, wires: [['judge']] },
  {
    ...{ id: 'judge', type: 'threshold', method: 'mean-std', deviations: 2, percentile: 99, perDay: 1, value: '' },
    ...{ everySeconds: 0, from: 'model', model: 'model', learnCount: 50, votes: '1/1', hysteresis: 0, notify: 'every' },
    ...{ holdOffSeconds: 0, x: 720, y: 160, wires: [[], []] },
  },
].map(node => (node.type === 'tab' || node.type === 'audio-model' ? node : { ...node, z: 'tab' }));

describeGenerations('edit dialogs that help', [NODE_RED_4], function (generation) {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let editor: Editor;

  before(async function () {
    requireSystem(this, 'chromium');
    nodeRed = await NodeRed.start(await installedUserDirFor(generation), generation);
    await nodeRed.deploy(FLOW);
    editor = await Editor.open(nodeRed.url, generation.name);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && editor) await editor.failed(this.currentTest.title);
    await editor?.closeDialogs();
  });

  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
  });

  /** Waits until a part of a dialog says something; returns what. */
  const saying = (part: Locator, words: RegExp): Promise<string> =>
    until(`words ${words}`, async () => {
      const text = (await part.textContent()) ?? '';
      return words.test(text) && text;
    });

  /** The dialog in the light and, where there is one, the dark theme. */
  async function pictures(name: string): Promise<void> {
    const tray = editor.page.locator('.red-ui-tray').last();
    await editor.picture(`dialog ${name}`, tray);
    if (generation.name === 'Node-RED 4') return;
    await editor.page.evaluate(`document.documentElement.classList.add('nr-theme-dark')`);
    await editor.page.waitForTimeout(200);
    await editor.picture(`dialog ${name}, dark`, tray);
    await editor.page.evaluate(`document.documentElement.classList.remove('nr-theme-dark')`);
  }

  describe('threshold', () => {
    const open = async () => {
      const dialog = await editor.edit('judge');
      return { dialog, preview: dialog.locator('#threshold-preview') };
    };

    it('says that the model is not trained yet', async () => {
      const { preview } = await open();
      await saying(preview, /This model is not trained yet/);
    });

    it('shows where the line lies among the normal segments, and follows the fields', async () => {
      await nodeRed.request('POST', '/audio-anomaly/wav-folder/normal/run');
      await nodeRed.status('train', /^trained v1/, { timeout: 60_000 });
      const { dialog, preview } = await open();
      const first = await saying(preview, /Threshold [\d.]+ · above it: \d+ of 48 normal segments/);
      assert.match(first, /There are no scores of this version yet/);
      assert.ok(first.includes(EVIL), 'the name of the model is shown as it is written');
      await dialog.locator('#node-input-deviations').fill('-100');
      await saying(preview, /above it: 48 of 48 normal segments · about 169\u202f000 false alarms a day/);
      await dialog.locator('#node-input-method').selectOption('budget');
      await dialog.locator('#node-input-perDay').fill('5');
      await saying(
        preview,
        /above it: 0 of 48 normal segments · about 5 false alarms a day at one segment every 0.51 s \(beyond/,
      );
      await dialog.locator('#node-input-votes').fill('2/3');
      await saying(preview, /about 5 normal segments a day above it, at one every 0.51 s .*one needs 2 of 3 scores/);
      await dialog.locator('#node-input-votes').fill('3/2');
      await saying(preview, /A field is not right yet/);
    });

    it('replays the last scores', async () => {
      await nodeRed.request('POST', '/audio-anomaly/wav-folder/test/run');
      await nodeRed.status('test', /12 files/);
      const { dialog, preview } = await open();
      const words = await saying(preview, /On the last 48 scores, alarms: \d+, messages on output 1: \d+/);
      const [, alarms, told] = /alarms: (\d+), messages on output 1: (\d+)/.exec(words)!.map(Number);
      assert.ok(alarms >= 1 && told >= alarms, words);
      await pictures('threshold, mean-std');
      await dialog.locator('#node-input-notify').selectOption('change');
      await saying(preview, new RegExp(`messages on output 1: ${alarms}\\.`));
      await dialog.locator('#node-input-holdOffSeconds').fill('3600');
      await saying(preview, /messages on output 1: 1\./);
    });

    it('takes a threshold set by hand from a click, into its field', async () => {
      const { dialog, preview } = await open();
      await dialog.locator('#node-input-method').selectOption('manual');
      await saying(preview, /A field is not right yet|A click into the picture/);
      await dialog.locator('#node-input-value').fill('1');
      await saying(preview, /Threshold 1\.00/);
      await preview.locator('canvas').click({ position: { x: 60, y: 60 } });
      const value = Number(await dialog.locator('#node-input-value').inputValue());
      assert.ok(value > 0 && value < 0.5, `${value}`);
      await saying(preview, new RegExp(`Threshold ${String(value).replace('.', '\\.')}`));
      await pictures('threshold, by hand');
    });

    it('says what is missing: a model, a deployment', async () => {
      const { dialog, preview } = await open();
      await dialog.locator('#node-input-from').selectOption('learn');
      await saying(preview, /learnt from the first messages after the deployment/);
      await dialog.locator('#node-input-from').selectOption('model');
      await dialog.locator('#node-input-model').selectOption('unused');
      await saying(preview, /not deployed yet/);
      await pictures('threshold, not deployed');
      await dialog.locator('#node-input-model').selectOption('_ADD_');
      await saying(preview, /Choose a model/);
    });
  });

  describe('vae-train', () => {
    it('says how long a training takes here, measured on the network as it is chosen', async () => {
      const dialog = await editor.edit('train');
      const time = dialog.locator('#training-time');
      await saying(time, /about [\d.]+ (s|min) on this computer \(.* to .*, threads: \d+\)|about \d+ h/);
      assert.equal(await dialog.locator('#vae-train-segments').inputValue(), '48');
      await dialog.locator('#node-input-epochs').fill('100000');
      await saying(time, /about \d+ (min|h)/);
      await time.scrollIntoViewIfNeeded();
      await pictures('vae-train, time');
    });
  });

  // A suite of its own: mocha runs the tests of a suite before the suites in it.
  describe('all of them', () => {
    it('make no markup of names, and leave no error on the console', async () => {
      assert.equal(await editor.page.evaluate('window.pwned'), undefined);
      // An answer other than 200 is told by the browser itself; the dialog says it in words.
      const own = editor.consoleErrors.filter(text => !/Failed to load resource.*(404|409)/.test(text));
      assert.deepEqual(own, []);
    });
  });
});
