// The dialog of the spectrogram node in a real Chromium: a real sound as the node would compute it, while the fields are
// changed as a person does. With EARSHOT_LOOK set, pictures go to artifacts/.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { wav16 } from '../audio/fixtures';
import { GENERATIONS, testOnce } from '../support/generations';
import type { FlowEntry } from '../support/node-red';
import { until } from '../support/wait';
import { describeInEditor } from '../support/workbench';

const EVIL = '<img src=x onerror="window.pwned=1">';

const FLOW: FlowEntry[] = [
  { id: 'tab', type: 'tab', label: 'Preview' },
  {
    ...{ id: 'folder', type: 'wav-folder', z: 'tab', name: EVIL, folder: 'earshot:motor/normal', labels: 'folder' },
    ...{ recursive: true, sampleRate: 22050, segmentSeconds: 1, x: 140, y: 60, wires: [['maker']] },
  },
  {
    ...{ id: 'maker', type: 'spectrogram', z: 'tab', x: 480, y: 60, wires: [[]], scale: 'mel', melBands: 128 },
    ...{
      frames: 128,
      fftSize: 1024,
      hopLength: 512,
      window: 'hann',
      fMin: 0,
      fMax: 0,
      normalize: 'model',
      rangeDb: 80,
    },
  },
];

const tone = (seconds: number, sampleRate: number): Buffer =>
  wav16(
    Array.from({ length: seconds * sampleRate }, (_, i) => 9000 * Math.sin((2 * Math.PI * 2000 * i) / sampleRate)),
    { sampleRate },
  );

describeInEditor('the dialog of the spectrogram node', GENERATIONS, FLOW, function (bench) {
  this.timeout(120_000);
  const once = testOnce(bench.generation);
  const preview = (): Locator => bench.editor.topDialog.locator('#spectrogram-preview');
  const pixels = (): Promise<string> =>
    preview()
      .locator('canvas')
      .evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());

  async function saying(words: RegExp): Promise<string> {
    let text = '';
    const found = async () => {
      text = (await preview().locator('[aria-live=polite]').textContent()) ?? '';
      return words.test(text) && text;
    };
    return until(`words ${words}`, found).catch(() => assert.fail(`said "${text}" instead of ${words}`));
  }

  /** Waits for the picture that belongs to the words. */
  async function picture(words: RegExp): Promise<string> {
    await saying(words);
    const canvas = preview().locator('canvas');
    await until('the picture of these words', async () => words.test((await canvas.getAttribute('aria-label')) ?? ''));
    assert.equal(await preview().locator('.earshot-stale').count(), 0);
    await bench.editor.page.waitForTimeout(50);
    return pixels();
  }

  /** The dialog in the light and, where there is one, the dark theme. */
  async function keep(name: string): Promise<void> {
    const { editor, generation } = bench;
    await preview().scrollIntoViewIfNeeded();
    await editor.picture(`dialog spectrogram, ${name}`, editor.topDialog);
    if (generation.name === 'Node-RED 4') return;
    await editor.page.evaluate(`document.documentElement.classList.add('nr-theme-dark')`);
    await editor.page.waitForTimeout(200);
    await editor.picture(`dialog spectrogram, ${name}, dark`, editor.topDialog);
    await editor.page.evaluate(`document.documentElement.classList.remove('nr-theme-dark')`);
  }

  /** What the server refuses, the browser tells on its console too. */
  function refused(status: number): void {
    assert.match(bench.editor.consoleErrors.pop() ?? '', new RegExp(`status of ${status}`));
  }

  once('shows an example where nothing is wired to it, follows the fields, and says what is lost', async () => {
    const { editor } = bench;
    const dialog = await editor.edit(await editor.drag('spectrogram', 300, 120));
    const first = await picture(/128 bins × 128 frames from 2\.0 s at 16\u202f000 Hz, a frame every 32\.0 ms/);
    await saying(
      /Values from −\d+ dB to −?\d+ dB\. The segment fills 63 frames; the rest of the spectrogram is padding/,
    );
    await keep('example');
    await dialog.locator('#node-input-melBands').fill('64');
    const second = await picture(/64 bins × 128 frames/);
    assert.notEqual(second, first);
    await dialog.locator('#node-input-scale').selectOption('linear');
    assert.notEqual(await picture(/513 bins × 128 frames/), second);
    await dialog.locator('#node-input-hopLength').fill('128');
    await saying(/49 % of the segment, its last 1\.0 s, lies outside .* needs 251 frames, .* or a hop length of 251/);
    await dialog.locator('#node-input-normalize').selectOption('minmax');
    await saying(/Values from 0\.\d\d to 1\.00\./);
    await keep('linear');
    await preview().locator('#spectrogram-preview-from').fill('1.5');
    assert.equal(await preview().locator('output').textContent(), '1.5 s of 4.0 s');
    await editor.closeDialog('cancel');
  });

  once('says in a sentence which setting does not fit, and shows the picture again when it does', async () => {
    const { editor } = bench;
    const dialog = await editor.edit(await editor.drag('spectrogram', 300, 180));
    const before = await picture(/128 bins × 128 frames/);
    await dialog.locator('#node-input-melBands').fill('0');
    await saying(/^Mel bands is "0"; enter a whole number from 1 to 1024/);
    assert.equal(await preview().locator('.earshot-stale').count(), 1, 'what is shown is of before');
    await dialog.locator('#node-input-melBands').fill('128');
    assert.equal(await picture(/128 bins × 128 frames/), before);
    await dialog.locator('#node-input-fMax').fill('20000');
    await saying(/do not fit this sound: at 16\u202f000 Hz there is nothing above 8\u202f000 Hz/);
    refused(409);
    await dialog.locator('#node-input-fMax').press('$');
    await dialog.locator('#node-input-fMax').fill('$(TOP)');
    await saying(/^\$\(TOP\) is known only when the flow starts/);
    await dialog.locator('#node-input-fMax').fill('0');
    await dialog.locator('#node-input-fftSize').selectOption('256');
    await saying(/of 128 mel bands are narrower than the 62\.5 Hz between the FFT's bins and stay silent/);
    await keep('warnings');
    await editor.closeDialog('cancel');
  });

  once('looks at a file of this computer, and says why it cannot be looked at', async () => {
    const { editor } = bench;
    const dialog = await editor.edit(await editor.drag('spectrogram', 300, 240));
    await picture(/128 bins × 128 frames from 2\.0 s at 16\u202f000 Hz/);
    const choose = (name: string, buffer: Buffer): Promise<void> =>
      dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'audio/wav', buffer });
    await choose('2 kHz.wav', tone(3, 8000));
    await picture(/128 bins × 128 frames from 2\.0 s at 8\u202f000 Hz/);
    assert.match((await preview().locator('canvas').getAttribute('aria-label')) ?? '', /^Spectrogram of 2 kHz\.wav,/);
    assert.equal(await preview().locator('output').textContent(), '0.0 s of 3.0 s');
    await keep('own file');
    await choose('letter.wav', Buffer.from('dear sir'));
    await saying(/^No preview: not a sound file/);
    refused(409);
    // Made in the page: nothing of it needs to be sent.
    await dialog.locator('input[type=file]').evaluate(input => {
      const chosen = new DataTransfer();
      chosen.items.add(new File([new Uint8Array(20_000_001)], 'long.wav'));
      Object.assign(input, { files: chosen.files }).dispatchEvent(new Event('change'));
    });
    await saying(/^long\.wav has 20\.0 MB, a preview takes 20 MB/);
    await dialog.locator('#spectrogram-preview-sound').selectOption({ label: 'example: a motor' });
    await picture(/at 16\u202f000 Hz/);
    await editor.closeDialog('cancel');
  });

  it('shows what a source before the node brought, and the files of its folder', async () => {
    const { editor, nodeRed } = bench;
    await nodeRed.request('POST', '/audio-anomaly/wav-folder/folder/run');
    await nodeRed.status('folder', /files$/);
    const dialog = await editor.edit('maker');
    await picture(/128 bins × 128 frames from 1\.0 s at 22\u202f050 Hz/);
    const sounds = dialog.locator('#spectrogram-preview-sound');
    const labels = await sounds.locator('option').allTextContents();
    assert.equal(labels[0], `last segment of ${EVIL}`);
    assert.ok(labels.includes('healthy_1450.flac') && labels.includes('example: a motor'), labels.join());
    assert.equal(await editor.page.evaluate('window.pwned'), undefined);
    const segment = await pixels();
    await sounds.selectOption({ label: 'healthy_1450.flac' });
    await until('the other sound', async () => (await pixels()) !== segment);
    await picture(/128 bins × 128 frames from 1\.0 s at 22\u202f050 Hz/);
    assert.match((await preview().locator('canvas').getAttribute('aria-label')) ?? '', /^Spectrogram of healthy_1450/);
    await keep('file of the folder');
    await editor.closeDialog('cancel');
  });

  it('leaves no sound behind when it closes', async () => {
    const { editor, nodeRed } = bench;
    const asked = editor.page.waitForRequest(/spectrogram\/preview\/[0-9a-f]{32}\/spectrogram$/);
    await editor.edit('maker');
    const { pathname } = new URL((await asked).url());
    await picture(/128 bins × 128 frames/);
    const statusOf = async () => (await nodeRed.request('POST', pathname, {})).status;
    assert.equal(await statusOf(), 200);
    await editor.closeDialog('ok');
    await until('the end of the sound', async () => (await statusOf()) === 404);
  });
});
