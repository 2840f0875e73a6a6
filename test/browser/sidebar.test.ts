// The sidebar "Earshot" in a real Chromium, with a microphone that plays into it: from an empty workspace to a live
// score by clicks alone, names that try to be markup, the threshold, an alarm, and nothing left behind.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { namelessParts, notReachedByTab } from '../support/access';
import { faintColours, faintTexts } from '../support/contrast';
import { Editor } from '../support/editor';
import { FakeMicrophone } from '../support/fake-microphone';
import { describeGenerations, GENERATIONS, NODE_RED_4, testOnce } from '../support/generations';
import { misfits } from '../support/layout';
import { usualGrowth } from '../support/memory';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDirFor } from '../support/pack';
import { requireSystem } from '../support/system';
import { showTheme, THEMES, type Theme } from '../support/themes';
import { sleep, until } from '../support/wait';

const SECONDS = 90;
/** As narrow as people make it. */
const NARROW = 320;
/** The colours that the sidebar draws in. */
const COLOURS = "RED.plugins.getPlugin('earshot').sidebar.source.spectrogram.plot.colours";
/** Where a canvas of the sidebar has a pixel of its frame: the spectrogram, the score, the training. */
const FRAME_PIXELS = [
  [34, 17],
  [46, 11],
  [46, 11],
];
/** A hum with a little noise. */
const hum = (): Int16Array => {
  let seed = 1;
  return Int16Array.from({ length: SECONDS * 44_100 }, (_, i) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return 6000 * Math.sin((2 * Math.PI * 440 * i) / 44_100) + ((seed >>> 20) - 2048) / 4;
  });
};

describeGenerations('the sidebar', GENERATIONS, function (generation) {
  this.timeout(180_000);
  const once = testOnce(generation);
  let microphone: FakeMicrophone;
  let nodeRed: NodeRed;
  let editor: Editor;
  let sidebar: Locator;

  before(async function () {
    requireSystem(this, 'chromium', 'pulseaudio', 'arecord');
    microphone = await FakeMicrophone.start();
    nodeRed = await NodeRed.start(await installedUserDirFor(generation), generation);
    editor = await Editor.open(nodeRed.url, generation.name);
    sidebar = editor.page.locator('.earshot');
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && editor) await editor.failed(this.currentTest.title);
  });

  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
    await microphone?.stop();
  });

  const text = async (selector: string): Promise<string> =>
    (await sidebar.locator(selector).first().textContent()) ?? '';
  const isDone = (step: number) =>
    sidebar.locator(`.earshot-steps li[data-state="done"]`).nth(step).waitFor({ state: 'attached', timeout: 90_000 });

  /** Holds what is shown to the width of a narrow sidebar. */
  async function assertFits(state: string): Promise<void> {
    const width = (value: string) =>
      sidebar.evaluate((element, to) => {
        (element as HTMLElement).style.width = to;
      }, value);
    await width(`${NARROW}px`);
    await editor.page.evaluate('new Promise(requestAnimationFrame)');
    assert.deepEqual(await misfits(editor.page, '.earshot'), [], state);
    await width('');
  }

  /** Holds what is shown to WCAG's contrast in every theme, and to its width; keeps pictures of it. */
  async function assertReadable(state: string): Promise<void> {
    const { page } = editor;
    await assertFits(state);
    for (const theme of THEMES) {
      await showTheme(page, generation.name, theme);
      await editor.picture(`sidebar ${state} ${theme}`, sidebar);
      assert.deepEqual(await faintTexts(page, '.earshot'), [], `${state}, ${theme}`);
      const colours = (await page.evaluate(COLOURS)) as Record<string, string>;
      // What these draw says nothing: paper, grid, frame.
      const { paper, line, frame, ...inks } = colours;
      assert.ok(paper && line && frame);
      assert.deepEqual(await faintColours(page, inks, '.earshot'), [], `${state}, ${theme}`);
    }
    await showTheme(page, generation.name, 'light');
  }

  it('leads from an empty workspace to a live score in at most five clicks', async () => {
    let clicks = 0;
    const click = async (target: Locator): Promise<void> => {
      clicks++;
      await target.click();
    };
    void microphone.play(hum()).catch(() => {});
    // Of Node-RED 4, and of Node-RED 5.
    const tab = editor.page.locator(
      '.red-ui-tab-link-button[href="#earshot"], .red-ui-sidebar-tab-bar button[data-tab-id="earshot"]',
    );
    if (await tab.isVisible()) {
      // What is shown already would be closed by a click.
      if (!(await sidebar.isVisible())) await click(tab);
    } else {
      // Where the sidebar is too narrow for all its tabs, they are in a menu.
      await click(editor.page.locator('#red-ui-sidebar .red-ui-tab-link-buttons a').last());
      await click(editor.page.locator('.red-ui-menu-dropdown:visible').getByText('Earshot'));
    }
    await sidebar.waitFor();
    await sidebar.locator('#earshot-device option', { hasText: 'fakemic' }).waitFor({ state: 'attached' });
    await assertReadable('first steps');
    await sidebar.locator('#earshot-device').selectOption('fakemic');
    clicks++;
    // Twelve seconds instead of five minutes, by keyboard: the test's own impatience is no click of the user's.
    await sidebar.locator('#earshot-minutes').fill('0.2');
    await click(sidebar.getByRole('button', { name: 'Start listening' }));
    await click(editor.page.locator('#red-ui-header-button-deploy'));
    await sidebar.getByText('Keep it normal').waitFor();
    await assertReadable('recording');
    await isDone(4);
    await until('a score', async () => /\d/.test(await text('.earshot-state-numbers')));
    assert.ok(clicks <= 5, `${clicks} clicks`);
    console.log(`      ${clicks} clicks`);
  });

  once('shows the sound of the microphone, its level and frequencies', async () => {
    await until('a level', async () => /dB/.test(await text('.earshot-meter-value')));
    const level = Number((await text('.earshot-meter-value')).replace('−', '-').replace(' dB', ''));
    assert.ok(level > -30 && level < -10, `${level} dB for a hum of −18 dB`);
    const canvas = sidebar.locator('canvas').first();
    await until('a description', async () =>
      /Running spectrogram of microphone/.test((await canvas.getAttribute('aria-label')) ?? ''),
    );
    // The hum is a bright line a good way below the middle; the picture is dark above it.
    const bright = await canvas.evaluate(element => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(width - 20, 0, 1, height);
      const rows = Array.from({ length: height }, (_, y) => data[4 * y] + data[4 * y + 1]);
      return rows.indexOf(Math.max(...rows)) / height;
    });
    assert.ok(bright > 0.6 && bright < 0.9, `the line is at ${bright}`);
  });

  it('writes a moved threshold into the flow as an edit that can be undone', async () => {
    const slider = sidebar.locator('.earshot-threshold-slider');
    await slider.scrollIntoViewIfNeeded();
    await slider.focus();
    await sleep(1500); // its scale follows the scores once a second
    for (let i = 0; i < 30; i++) await editor.page.keyboard.press('ArrowLeft');
    assert.match(await text('.earshot-threshold-words'), /would have been: \d+\. There were: \d+/);
    await assertFits('threshold moved');
    const shown = Number(await slider.getAttribute('aria-valuetext'));
    await sidebar.getByRole('button', { name: 'Put into the flow' }).click();
    const read = () =>
      editor.page.evaluate(
        `(({ method, value, changed, valid }) => ({ method, value, changed, valid }))(RED.nodes.filterNodes({ type: 'threshold' })[0])`,
      ) as Promise<{ method: string; value: number; changed: boolean; valid: boolean }>;
    const edited = await read();
    assert.deepEqual([edited.method, edited.changed, edited.valid], ['manual', true, true]);
    assert.ok(Math.abs(edited.value - shown) < 0.01 * shown, `${edited.value}, shown ${shown}`);
    await editor.page.evaluate(`RED.actions.invoke('core:undo')`);
    assert.equal((await read()).method, 'mean-std');
  });

  it('shows an alarm with heat-map and sound, and takes "this was normal"', async () => {
    const shown = await editor.page.evaluate(`RED.nodes.filterNodes({ type: 'threshold' })[0].id`);
    await editor.page.evaluate(`(() => {
      const node = RED.nodes.node(${JSON.stringify(shown)});
      Object.assign(node, { method: 'manual', value: 1e-9, changed: true });
      RED.nodes.dirty(true);
    })()`);
    await editor.deploy();
    const alarm = sidebar.locator('.earshot-alarms li').first();
    await alarm.waitFor({ timeout: 30_000 });
    await alarm.locator('summary').click();
    const image = alarm.locator('img');
    await image.waitFor();
    assert.ok(await image.evaluate(element => (element as HTMLImageElement).naturalWidth > 100));
    const audio = alarm.locator('audio');
    const duration = await until('its length', () =>
      audio.evaluate(element => (element as HTMLAudioElement).duration || undefined),
    );
    assert.ok(Math.abs(duration - 2) < 0.01, `${duration} s`);
    await assertReadable('alarm');
    const button = alarm.getByRole('button', { name: 'This was normal' });
    await button.click();
    await alarm.getByRole('button', { name: 'It was not normal after all' }).waitFor();
    await sidebar.getByText('1 marked as normal').waitFor();
  });

  it('follows the theme of the editor, on what is already drawn too', async () => {
    const { page } = editor;
    const choose = async (theme: Theme): Promise<void> => {
      if (generation === NODE_RED_4) return showTheme(page, generation.name, theme);
      await page.evaluate(`RED.actions.invoke('core:show-user-settings')`);
      await page.locator('#user-settings-view-dark-theme').selectOption(theme);
      await page.locator('#node-dialog-ok').click();
      await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    };
    /** The colour of frames in this theme, and the colours of the frames on the canvases. */
    const frames = (): Promise<[string, ...string[]]> =>
      page.evaluate(`(() => {
        const colourAt = (canvas, x, y) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].join();
        const sample = document.createElement('canvas');
        const context = sample.getContext('2d');
        context.fillStyle = ${COLOURS}.frame;
        context.fillRect(0, 0, 1, 1);
        const canvases = [...document.querySelectorAll('.earshot canvas')].filter(canvas => !canvas.closest('.earshot-threshold'));
        return [colourAt(sample, 0, 0), ...canvases.map((canvas, i) => colourAt(canvas, ...${JSON.stringify(FRAME_PIXELS)}[i]))];
      })()`);
    const seen: string[] = [];
    for (const theme of ['light', 'dark', 'light'] as const) {
      await choose(theme);
      const [frame] = await until(`frames for ${theme}`, async () => {
        const [wanted, ...drawn] = await frames();
        return drawn.length === FRAME_PIXELS.length && drawn.every(colour => colour === wanted) && [wanted];
      });
      seen.push(frame);
    }
    assert.equal(seen[0], seen[2]);
    assert.notEqual(seen[0], seen[1]);
  });

  once('announces that the sound is too loud when that begins, and the level not at all', async () => {
    const announced = await editor.page.evaluate(`(async () => {
      const { meter } = RED.plugins.getPlugin('earshot').sidebar.source;
      let changes = 0;
      const observer = new MutationObserver(() => changes++);
      observer.observe(meter.clip, { childList: true, characterData: true, subtree: true });
      meter.clear();
      await new Promise(requestAnimationFrame);
      changes = 0;
      for (const rms of [-9, -8, -7]) {
        meter.update({ rms, peak: 0, clipped: 5 });
        await new Promise(requestAnimationFrame);
      }
      observer.disconnect();
      const live = element => Boolean(element.closest('[role=status], [role=alert], [aria-live]'));
      return { changes, live: [meter.clip, meter.value, meter.meter].map(live) };
    })()`);
    assert.deepEqual(announced, { changes: 1, live: [true, false, false] });
  });

  it('moves nothing by itself for those who ask for that', async () => {
    const moving = () =>
      sidebar.evaluate(
        element =>
          Array.from(element.querySelectorAll('*')).filter(part => {
            const { transitionDuration, animationName } = getComputedStyle(part);
            return transitionDuration.split(', ').some(time => time !== '0s') || animationName !== 'none';
          }).length,
      );
    assert.ok((await moving()) > 0);
    await editor.page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await moving(), 0);
    await editor.page.emulateMedia({ reducedMotion: null });
  });

  it('names in the accessibility tree all that can be used or looked at, and reaches it with Tab', async () => {
    assert.deepEqual(await namelessParts(editor.page, '.earshot'), []);
    const unreached = await notReachedByTab(editor.page, '.earshot');
    assert.deepEqual(unreached, []);
    const slider = sidebar.locator('.earshot-threshold-slider');
    const place = () => slider.inputValue().then(Number);
    await slider.focus();
    await editor.page.keyboard.press('Home');
    assert.equal(await place(), 0);
    await editor.page.keyboard.press('PageUp');
    assert.ok((await place()) >= 10, 'a page key moves it by a tenth');
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^[\d.e+-]+$/);
    await sidebar.getByRole('button', { name: 'Back', exact: true }).press('Enter');
  });

  once('shows names as they are written, whatever is in them', async () => {
    const evil = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>${'long'.repeat(20)}`;
    const flow: FlowEntry[] = [
      { id: 'tab', type: 'tab', label: 'Names' },
      { id: 'model', type: 'audio-model', name: evil },
      {
        id: 'mic',
        type: 'mic-in',
        z: 'tab',
        name: evil,
        device: 'fakemic',
        autostart: false,
        x: 100,
        y: 100,
        wires: [[]],
      },
      { id: 'train', type: 'vae-train', z: 'tab', name: evil, model: 'model', x: 300, y: 100, wires: [[], []] },
    ];
    await editor.showFlow(nodeRed, flow);
    await editor.page.evaluate(`RED.sidebar.show('earshot')`);
    await until('the names', async () => (await text('#earshot-source')).includes(evil));
    assert.ok((await text('#earshot-model')).includes(evil));
    assert.equal(await editor.page.evaluate('window.pwned'), undefined);
    assert.equal(await sidebar.locator('img, script').count(), 0);
    await assertFits('long names');
  });

  once('asks for nothing, and is told nothing, while another sidebar is shown', async function () {
    this.timeout(60_000);
    const told = () => nodeRed.events.items.filter(({ topic }) => topic.startsWith('audio-anomaly/')).length;
    await nodeRed.request('POST', '/audio-anomaly/mic-in/mic/start');
    const first = told();
    await until('an event', () => told() > first);
    await editor.page.evaluate(`RED.sidebar.show('info')`);
    let asked = 0;
    editor.page.on('request', request => {
      if (request.url().includes('/audio-anomaly/')) asked++;
    });
    await sleep(14_000); // the lease of 12 s runs out
    const before = told();
    await sleep(3000);
    assert.deepEqual([told() - before, asked], [0, 0]);
    await editor.page.evaluate(`RED.sidebar.show('earshot')`);
    await until('an event', () => told() > before);
  });

  once('does not grow with the hours its tab is open', async () => {
    const devtools = await editor.page.context().newCDPSession(editor.page);
    const held = async (): Promise<number> => {
      // What is drawn last, and what the first collection only lets go.
      await editor.page.evaluate('new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))');
      for (let i = 0; i < 2; i++) await devtools.send('HeapProfiler.collectGarbage');
      return (await devtools.send('Runtime.getHeapUsage')).usedSize;
    };
    const elements = () => editor.page.locator('*').count();
    /** As many scores as `hours` bring at one segment every 2 s, four at a time, with epochs, alarms and frames of sound. */
    const pass = (hours: number) =>
      editor.page.evaluate(`(async () => {
        const { source, model } = RED.plugins.getPlugin('earshot').sidebar;
        const [bins, count] = [96, 8];
        const frames = btoa('a'.repeat(bins * count));
        const format = { epoch: 99, bins, secondsPerFrame: 0.25, axis: { unit: 'kHz', ticks: [] }, low: -100, high: 90, unit: 'dB' };
        for (let i = 0; i < ${hours} * 1800; i += 4) {
          const from = model.history.end;
          const training = { trainer: 'x', phase: 'training', epoch: i % 600, epochs: 600, secondsLeft: 9, collected: 1, wanted: 1 };
          const point = { epoch: i % 600, loss: 1 / (1 + i % 600), rl: 1, kl: 1 };
          const scores = Array.from({ length: 4 }, () => [Date.now(), Math.random(), 0.9, 'normal']);
          model.take({ from, scores, training, point, alarmsChanged: model.alarmsChanged });
          source.take({ level: { rms: -20, peak: -3, clipped: i % 8 }, end: source.spectrogram.end, epoch: source.spectrogram.epoch });
          source.spectrogram.add({ format, from: count * i, end: count * (i + 1), frames });
          if (i % 20 === 0) {
            const alarms = Array.from({ length: 24 }, (_, k) => ({ id: 'alarm' + (i / 10 + k), at: i, until: i, count: 1, score: 1, threshold: 1, source: 'mic', text: '' }));
            model.alarmView.update(model.id, alarms, 0);
          }
          if (i % 500 === 0) await new Promise(requestAnimationFrame);
        }
      })()`);
    // The rings are filled at once: they hold no more than that, however long it takes.
    await editor.page.evaluate(`(() => {
      const { history } = RED.plugins.getPlugin('earshot').sidebar.model;
      const now = Date.now();
      history.update(history.end, Array.from({ length: history.limit }, () => [now, Math.random(), 0.9, 'normal']));
    })()`);
    await pass(1);
    const before = await elements();
    const hours = 1.5;
    const growth = await usualGrowth(held, () => pass(hours));
    const most = (100 * 1800 * hours) / 2 ** 20;
    assert.ok(growth < most, `${growth} MiB in ${hours} h: more than 100 bytes for each segment`);
    const after = await elements();
    assert.ok(after <= before + 5, `${before} → ${after} elements`);
  });

  it('leaves no error on the console of the browser', () => {
    assert.deepEqual(editor.consoleErrors, []);
  });
});
