// Listening in the editor, in a real Chromium: the node's button and its dialog play and save the last sound, and say
// why where there is none; the dialogs of the nodes around it hide what does not count for the choice made.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Editor } from '../support/editor';
import { inject, javascript, tab } from '../support/flows';
import { NODE_RED_4 } from '../support/generations';
import type { FlowEntry, NodeRed } from '../support/node-red';
import { describeInEditor } from '../support/workbench';

/** A quiet tone of a second, as a spectrogram. */
const SPECTROGRAM = `
const values = new Float32Array(513 * 32).fill(-100);
values.fill(-10, 30 * 32, 31 * 32);
const spectrogram = { shape: [513, 32], sampleRate: 16000, fftSize: 1024, hopLength: 512, window: 'hann',
  scale: 'linear', fMin: 0, fMax: 8000, normalize: 'none', min: -100, max: -10 };
return { payload: Buffer.from(values.buffer), spectrogram };`;

const place = (node: FlowEntry, x: number, y: number): FlowEntry => ({ ...node, x, y });

const FLOW: FlowEntry[] = [
  tab('tab'),
  { id: 'model', type: 'audio-model', name: 'Motor', folder: 'audio-models', threads: 0 },
  place(inject('press', 'tab', [['picture']]), 120, 80),
  place(javascript('picture', 'tab', SPECTROGRAM, [['sound']]), 300, 80),
  place(
    { id: 'sound', type: 'spectrogram-to-audio', z: 'tab', phase: 'griffin-lim', format: 'pcm', wires: [[]] },
    520,
    80,
  ),
  place({ id: 'draw', type: 'vae-generate', z: 'tab', model: 'model', mode: 'interpolate', wires: [[]] }, 160, 160),
  place({ id: 'alter', type: 'audio-augment', z: 'tab', noise: 'pink', wires: [[]] }, 400, 160),
];

describeInEditor('listening in the editor', [NODE_RED_4], FLOW, function (bench) {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let editor: Editor;

  before(() => {
    ({ editor, nodeRed } = bench);
  });
  const note = () => editor.page.locator('.spectrogram-to-audio-note');

  it('says where there is no sound yet, at the button and in the dialog', async () => {
    await editor.press('sound');
    const notice = editor.page.locator('.red-ui-notification', { hasText: 'has made no sound yet' });
    await notice.waitFor();
    await notice.click();
    await editor.edit('sound');
    await editor.page.locator('#node-input-spectrogram-to-audio-play').click();
    await note().filter({ hasText: 'has made no sound yet' }).waitFor();
    await editor.closeDialog('cancel');
    // The browser itself notes each answer of 404.
    const lines = editor.consoleErrors.splice(0);
    assert.ok(lines.length > 0 && lines.every(line => line.includes('404')), lines.join('\n'));
  });

  it('plays the last sound, and says how long and how loud it is', async () => {
    await editor.press('press');
    await nodeRed.status('sound', /s of sound/);
    await editor.press('sound');
    await editor.edit('sound');
    await editor.page.locator('#node-input-spectrogram-to-audio-play').click();
    await note()
      .filter({ hasText: /^1\.0 s, loudest at −\d+ dB; played at a level that can be heard\.$/ })
      .waitFor();
    await editor.picture('dialog spectrogram-to-audio, played', await editor.dialog());
    await editor.closeDialog();
  });

  it('saves it as it is', async () => {
    await editor.edit('sound');
    const download = editor.page.waitForEvent('download');
    await editor.page.locator('#node-input-spectrogram-to-audio-save').click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), 'sound.wav');
    const wav = readFileSync(await saved.path());
    assert.deepEqual([wav.toString('latin1', 0, 4), wav.readUInt32LE(24)], ['RIFF', 16000]);
    let peak = 0;
    for (let at = 44; at < wav.length; at += 2) peak = Math.max(peak, Math.abs(wav.readInt16LE(at)));
    assert.ok(peak > 10 && peak < 3000, `peak ${peak}: saved as quiet as it is`);
    await editor.closeDialog('cancel');
  });

  it('hides what does not count for the choice made', async () => {
    const visible = (selector: string) => editor.page.locator(selector).isVisible();
    await editor.edit('sound');
    assert.equal(await visible('#node-input-iterations'), true);
    await editor.page.locator('#node-input-phase').selectOption('input');
    assert.equal(await visible('#node-input-iterations'), false);
    await editor.closeDialog('cancel');
    await editor.edit('draw');
    assert.deepEqual([await visible('#node-input-count'), await visible('#node-input-seed')], [true, false]);
    await editor.page.locator('#node-input-mode').selectOption('prior');
    assert.deepEqual([await visible('#node-input-count'), await visible('#node-input-seed')], [true, true]);
    await editor.closeDialog('cancel');
    await editor.edit('alter');
    await editor.picture('dialog audio-augment, pink noise', await editor.dialog());
    assert.equal(await visible('#node-input-snrDb'), true);
    await editor.page.locator('#node-input-noise').selectOption('none');
    assert.equal(await visible('#node-input-snrDb'), false);
    await editor.closeDialog('cancel');
  });
});
