// The dialogs of the nodes that sound comes from, in a real Chromium: a microphone is tried and listened back to, a folder
// checked, before anything is deployed.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wav16 } from '../audio/fixtures';
import { childrenNamed } from '../support/child-processes';
import { Editor } from '../support/editor';
import { FakeMicrophone } from '../support/fake-microphone';
import { describeGenerations, NODE_RED_4 } from '../support/generations';
import { NodeRed } from '../support/node-red';
import { installedUserDirFor } from '../support/pack';
import { requireSystem } from '../support/system';
import { until } from '../support/wait';

const TONE_HZ = 1000;
/** −23.0 dBFS root mean square. */
const tone = (seconds: number): Int16Array =>
  Int16Array.from({ length: seconds * 44_100 }, (_, i) => 3276.8 * Math.sin((2 * Math.PI * TONE_HZ * i) / 44_100));

/** The number before "dBFS" after a word. */
const decibels = (text: string, word: string): number =>
  Number(new RegExp(`${word} (−?\\d+) dBFS`).exec(text)?.[1].replace('−', '-') ?? Number.NaN);

describeGenerations('the dialogs of sources of sound', [NODE_RED_4], function (generation) {
  this.timeout(120_000);
  let microphone: FakeMicrophone;
  let nodeRed: NodeRed;
  let editor: Editor;
  const recorders = (): number[] => childrenNamed('arecord', nodeRed.program.pid);
  const silence = () => until('end of recording', () => recorders().length === 0);

  before(async function () {
    requireSystem(this, 'chromium', 'arecord', 'pulseaudio');
    microphone = await FakeMicrophone.start();
    nodeRed = await NodeRed.start(await installedUserDirFor(generation), generation);
    editor = await Editor.open(nodeRed.url, generation.name);
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || !editor) return;
    await editor.failed(this.currentTest.title);
    await editor.closeDialogs();
  });

  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
    await microphone?.stop();
  });

  it('mic-in: tests the level of what is set in the form, gives it back to listen to, and leaves nothing running', async () => {
    const playing = microphone.play(tone(14)).catch(() => {});
    const id = await editor.drag('mic-in', 200, 60);
    const dialog = await editor.edit(id);
    const part = dialog.locator('#microphone-test');
    await dialog.locator('#node-input-device').fill('fakemic');
    await dialog.locator('#node-input-device').dispatchEvent('change');

    await part.getByRole('button', { name: 'Test the level' }).click();
    const words = part.locator('.earshot-dialog-words').first();
    const level = await until('the level of the tone', async () => {
      const value = decibels((await words.textContent()) ?? '', 'Level');
      return value > -30 && value;
    });
    assert.ok(Math.abs(level - -23) <= 2, `${level} dBFS`);
    const meter = part.getByRole('meter');
    assert.ok(Math.abs(Number(await meter.getAttribute('aria-valuenow')) - -23) <= 2);
    assert.equal(recorders().length, 1);
    await editor.picture('dialog mic-in test', dialog);
    await part.getByRole('button', { name: 'Stop' }).click();
    await silence();

    await part.getByRole('button', { name: 'Listen back' }).click();
    const audio = part.locator('audio');
    await audio.waitFor();
    const verdict = (await part.getByRole('status').locator('visible=true').last().textContent()) ?? '';
    assert.match(verdict, /Sounds fine/);
    assert.ok(Math.abs(decibels(verdict, 'level') - -23) <= 2, verdict);
    const heard = (await audio.evaluate(async element => {
      const bytes = await (await fetch((element as HTMLAudioElement).src)).arrayBuffer();
      const samples = new Int16Array(bytes, 44);
      const rises = samples.filter((value, i) => i > 0 && value >= 0 && samples[i - 1] < 0).length;
      return { seconds: samples.length / 44_100, hertz: rises / (samples.length / 44_100) };
    })) as { seconds: number; hertz: number };
    assert.equal(heard.seconds, 3);
    assert.ok(Math.abs(heard.hertz - TONE_HZ) < 2, `${heard.hertz} Hz`);
    const duration = await until('its length', () =>
      audio.evaluate(element => (element as HTMLAudioElement).duration || undefined),
    );
    assert.ok(Math.abs(duration - 3) < 0.01, `the browser can play it: ${duration} s`);
    assert.match((await part.locator('canvas').getAttribute('aria-label')) ?? '', /Spectrogram of the microphone/);
    await editor.picture('dialog mic-in listened back', dialog);
    await silence();

    await part.getByRole('button', { name: 'Test the level' }).click();
    await until('a recorder', () => recorders().length === 1);
    await editor.closeDialog('cancel');
    await silence();
    await playing;
  });

  it('mic-in: says in words why there is no sound, and ends with the page', async () => {
    const id = await editor.drag('mic-in', 200, 120);
    const dialog = await editor.edit(id);
    const part = dialog.locator('#microphone-test');
    await dialog.locator('#node-input-device').fill('nonesuch');
    await dialog.locator('#node-input-device').dispatchEvent('change');
    await part.getByRole('button', { name: 'Test the level' }).click();
    await part.getByText('No test: no sound device nonesuch').waitFor();
    await editor.picture('dialog mic-in failed', dialog);
    await dialog.locator('#node-input-device').fill('fakemic');
    await dialog.locator('#node-input-device').dispatchEvent('change');
    assert.equal(await part.getByText('No test').count(), 0, 'what is said belongs to the fields as they were');
    await part.getByRole('button', { name: 'Test the level' }).click();
    await until('a recorder', () => recorders().length === 1);
    await editor.page.reload();
    await silence();
    await editor.loaded();
  });

  it('wav-folder: checks the folder as it is set, with a bar for each label and what stands in the way', async () => {
    const folder = join(nodeRed.userDir, 'sounds');
    for (const label of ['normal', 'odd']) mkdirSync(join(folder, label), { recursive: true });
    for (const name of ['1', '2', '3'])
      writeFileSync(join(folder, 'normal', `${name}.wav`), wav16(new Int16Array(16_000)));
    writeFileSync(join(folder, 'odd', 'x.wav'), wav16(new Int16Array(4000), { sampleRate: 22_050 }));
    writeFileSync(join(folder, 'odd', '<b>broken.wav'), 'no sound');
    const id = await editor.drag('wav-folder', 200, 180);
    const dialog = await editor.edit(id);
    const part = dialog.locator('#folder-check');
    const set = async (field: string, value: string): Promise<void> => {
      await dialog.locator(`#node-input-${field}`).fill(value);
      await dialog.locator(`#node-input-${field}`).dispatchEvent('change');
    };
    await set('folder', 'sounds');
    await set('segmentSeconds', '0.5');
    await part.getByRole('button', { name: 'Check the folder' }).click();
    await part.getByText('4 files that can be read, 6 s, 13 segments.').waitFor();
    const rows = part.locator('tbody tr');
    assert.deepEqual(await rows.first().locator('th, td').allTextContents(), ['normal', '3', '6 s', '12']);
    assert.deepEqual(await rows.nth(1).locator('th, td').allTextContents(), ['odd', '1', '0.2 s', '1']);
    const width = async (row: number) => (await rows.nth(row).locator('.earshot-count > div').boundingBox())!.width;
    assert.ok(Math.abs((await width(0)) / (await width(1)) - 3) < 0.1);
    await part.getByText('odd/<b>broken.wav cannot be read: not a sound file').waitFor();
    await part.getByText('Sample rates differ: 8000 Hz (3), 22050 Hz (1).').waitFor();
    await part.getByText('filled up with silence: 1.').waitFor();
    await part.getByText('differ in length').waitFor({ state: 'detached' });
    await set('segmentSeconds', '0');
    await part.getByRole('button', { name: 'Check the folder' }).click();
    await part.getByText('The files go out whole, and differ in length: 0.2 s to 2 s.').waitFor();
    await part.scrollIntoViewIfNeeded();
    await editor.picture('dialog wav-folder check', dialog);
    await editor.page.evaluate(`document.documentElement.classList.add('nr-theme-dark')`);
    await editor.picture('dialog wav-folder check dark', dialog);
    await editor.page.evaluate(`document.documentElement.classList.remove('nr-theme-dark')`);
    await set('folder', 'nowhere');
    assert.equal(await rows.count(), 0, 'what is shown belongs to the fields as they were');
    await part.getByRole('button', { name: 'Check the folder' }).click();
    await part.getByText('no such folder').waitFor();
    await editor.closeDialog('cancel');
  });

  it('leaves no error on the console of the browser', () => {
    assert.deepEqual(editor.consoleErrors, []);
  });
});
