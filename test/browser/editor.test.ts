// The nodes in Node-RED's editor, in a real Chromium: every dialog opens, reads as text, refuses nonsense and saves;
// the demo flow is imported, deployed and run with the mouse, and its decision is seen.
// With EARSHOT_LOOK set, pictures go to artifacts/.
import assert from 'node:assert/strict';
import { namelessParts, notReachedByTab } from '../support/access';
import { faintTexts } from '../support/contrast';
import type { Editor } from '../support/editor';
import { GENERATIONS, testOnce } from '../support/generations';
import { nodeTypes } from '../support/helper';
import { misfits } from '../support/layout';
import type { NodeRed } from '../support/node-red';
import { showTheme, THEMES } from '../support/themes';
import { until } from '../support/wait';
import { describeInEditor } from '../support/workbench';

const PACKAGE_NAME = '@earshot/node-red-audio-anomaly';
const DEMO = '01 demo - motor with bundled sounds';
const CONFIG_TYPE = 'audio-model';

/** What a person reads in a form. */
interface FormTexts {
  texts: string[];
  labels: string[];
}

describeInEditor('the editor', GENERATIONS, [], function (bench) {
  this.timeout(120_000);
  const { generation } = bench;
  const once = testOnce(generation);
  let editor: Editor;
  let nodeRed: NodeRed;

  before(() => {
    ({ editor, nodeRed } = bench);
  });

  /** Reads the properties form of the topmost dialog as a person would. */
  function readForm(): Promise<FormTexts> {
    return editor.page.evaluate(`(() => {
      const form = [...document.querySelectorAll('.red-ui-tray')].at(-1).querySelector('form');
      const trimmed = (selector, read) => [...form.querySelectorAll(selector)].map(element => read(element).trim());
      const attributes = ['placeholder', 'title'].flatMap(name =>
        trimmed('.form-row [' + name + ']', element => element.getAttribute(name)));
      return {
        texts: [...trimmed('.form-row, .form-tips', element => element.textContent), ...attributes].filter(Boolean),
        labels: trimmed('label [data-i18n], option[data-i18n]', element => element.textContent),
      };
    })()`) as Promise<FormTexts>;
  }

  function assertTranslated(type: string, { texts, labels }: FormTexts): void {
    assert.ok(labels.length > 0 && labels.every(Boolean), `labels: ${labels.join(' | ')}`);
    const rawKey = new RegExp(`(^|[\\s:/])${type}\\.\\w+|earshot/node-red|undefined|\\[object`);
    assert.deepEqual(
      texts.filter(text => rawKey.test(text)),
      [],
    );
  }

  /** Holds the topmost dialog to WCAG's contrast in every theme, and keeps pictures of it. */
  async function assertReadable(picture: string): Promise<void> {
    for (const theme of THEMES) {
      await showTheme(editor.page, generation.name, theme);
      await editor.picture(`${picture} ${theme}`, editor.topDialog);
      assert.deepEqual(await faintTexts(editor.page, '.red-ui-tray:last-of-type form'), [], theme);
    }
    await showTheme(editor.page, generation.name, 'light');
  }

  /** Until what a dialog loads is there. */
  const partsLoaded = () =>
    editor.page.waitForFunction(
      `[...document.querySelectorAll('#dialog-form .earshot-dialog-part')].every(part => part.hasChildNodes())`,
    );

  /** Types nonsense into every number field in turn; returns the fields that took it or did not say what is wrong. */
  function fieldsTakingNonsense(): Promise<string[]> {
    return editor.page.evaluate(`(async () => {
      const taking = [];
      const type = (field, value) => {
        field.focus();
        field.value = value;
        for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
      };
      const refuses = field => {
        const sentence = $(field).data('tooltip') || $(document.getElementById($(field).attr('aria-describedby'))).text();
        return $(field).hasClass('input-error') && Boolean(sentence);
      };
      for (const field of [...document.querySelectorAll('.red-ui-tray:last-of-type form input[type=number]')]) {
        if (!field.checkVisibility()) continue;
        const saved = field.value;
        type(field, '-1000000000');
        for (let frame = 0; frame < 60 && !refuses(field); frame++) await new Promise(requestAnimationFrame);
        if (!refuses(field)) taking.push(field.id);
        type(field, saved);
      }
      return taking;
    })()`) as Promise<string[]>;
  }

  it('has every node in the palette, with its picture', async () => {
    for (const type of nodeTypes().filter(name => name !== CONFIG_TYPE)) {
      const entry = editor.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
      await entry.waitFor();
      const icon = await entry.locator('.red-ui-palette-icon-container').getAttribute('data-palette-icon');
      assert.ok(icon?.endsWith(`/${type}.svg`), `${type}: ${icon}`);
      const response = await nodeRed.request('GET', `/${icon}`);
      assert.match(await response.text(), /<svg/);
    }
    await editor.picture('editor');
  });

  for (const [index, type] of nodeTypes()
    .filter(name => name !== CONFIG_TYPE)
    .entries()) {
    it(`opens, checks and saves the dialog of ${type}`, async () => {
      const id = await editor.drag(type, 180 + (index % 2) * 260, 60 + Math.floor(index / 2) * 60);
      const dialog = await editor.edit(id);
      await partsLoaded();
      assertTranslated(type, await readForm());
      assert.deepEqual(await namelessParts(editor.page, '#dialog-form'), []);
      assert.deepEqual(await notReachedByTab(editor.page, '#dialog-form'), []);
      assert.deepEqual(await misfits(editor.page, '#dialog-form'), []);
      assert.deepEqual(await fieldsTakingNonsense(), []);
      await assertReadable(`dialog ${type}`);
      await dialog.locator('#node-input-name').fill(`my ${type}`);
      await editor.closeDialog();
      const label = editor.page.locator(`[id="${id}"] .red-ui-flow-node-label`);
      // Drawn anew a frame after the dialog has closed.
      const isNamed = async () => new RegExp(`my\\s+${type}`).test((await label.innerHTML()).replace(/<[^>]+>/g, ' '));
      await until(`the name on ${type}`, isNamed);
    });
  }

  it('keeps environment variables through a dialog, and lets them be typed into number fields', async () => {
    const id = await editor.drag('spectrogram', 700, 120);
    const variables = { hopLength: `\${HOP}`, fftSize: `\${SIZE}`, window: `\${WINDOW}` };
    const node = `RED.nodes.node(${JSON.stringify(id)})`;
    await editor.page.evaluate(`Object.assign(${node}, ${JSON.stringify(variables)})`);
    const dialog = await editor.edit(id);
    const frames = dialog.locator('#node-input-frames');
    await frames.selectText();
    await editor.page.keyboard.type(`\${COLUMNS}`);
    assert.deepEqual(await dialog.locator('.input-error').evaluateAll(all => all.map(one => one.id)), []);
    await editor.closeDialog();
    const saved = `(({ hopLength, fftSize, window, frames }) => ({ hopLength, fftSize, window, frames }))(${node})`;
    assert.deepEqual(await editor.page.evaluate(saved), { ...variables, frames: `\${COLUMNS}` });
  });

  it('turns no icon for those who ask that nothing moves', async () => {
    const id = await editor.drag('mic-in', 700, 180);
    const dialog = await editor.edit(id);
    const turning = () =>
      dialog.locator('#node-input-mic-in-refresh i').evaluate(icon => {
        icon.classList.add('fa-spin');
        return getComputedStyle(icon).animationName;
      });
    assert.notEqual(await turning(), 'none');
    await editor.page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await turning(), 'none');
    await editor.page.emulateMedia({ reducedMotion: null });
    await editor.closeDialog('cancel');
  });

  it('adds an audio model from the dialog of a node that needs one', async () => {
    const id = await editor.drag('vae-score', 700, 60);
    const dialog = await editor.edit(id);
    await dialog.locator('#node-input-btn-model-add').click();
    const configDialog = await editor.dialog();
    await configDialog.locator('#node-config-input-name').waitFor();
    assertTranslated(CONFIG_TYPE, await readForm());
    await assertReadable(`dialog ${CONFIG_TYPE}`);
    await configDialog.locator('#node-config-input-name').fill('Test model');
    await editor.closeDialog();
    assert.match((await dialog.locator('#node-input-model').textContent()) ?? '', /Test model/);
    await editor.closeDialog();
    assert.deepEqual(await editor.page.evaluate(`RED.nodes.node(${JSON.stringify(id)}).validationErrors ?? []`), []);
  });

  it('shows help for every node', async () => {
    for (const type of nodeTypes()) {
      const help = (await editor.page.evaluate(`RED.nodes.getNodeHelp(${JSON.stringify(type)})`)) as string | undefined;
      assert.ok(help && help.length > 300, `${type}: ${help}`);
    }
  });

  it('imports and deploys the demo', async () => {
    await editor.showFlow(nodeRed, []);
    await editor.importExample(PACKAGE_NAME, DEMO);
    const trainer = (await editor.page.evaluate(`RED.nodes.filterNodes({ type: 'vae-train' })[0].id`)) as string;
    const dialog = await editor.edit(trainer);
    await dialog.locator('#node-input-epochs').fill('5');
    await editor.closeDialog();
    await editor.deploy();
    const flow = await nodeRed.get<{ id: string; type: string; name?: string; epochs?: string | number }[]>('/flows');
    assert.equal(Number(flow.find(node => node.id === trainer)?.epochs), 5);
    await editor.picture('demo flow');
  });

  once('runs the demo, and shows its decision in the debug sidebar', async function () {
    this.timeout(240_000);
    const flow = await nodeRed.get<{ id: string; type: string; name?: string }[]>('/flows');
    const button = flow.find(node => node.type === 'inject' && node.name?.startsWith('1'));
    assert.ok(button);
    const messages = await editor.debugMessages();
    await editor.press(button.id);
    const decision = messages.filter({ has: editor.page.locator('.red-ui-debug-msg-name', { hasText: 'anomaly' }) });
    await decision.first().waitFor({ timeout: 200_000 });
    const summary = messages.filter({ has: editor.page.locator('.red-ui-debug-msg-name', { hasText: 'summary' }) });
    await summary.first().waitFor({ timeout: 30_000 });
    assert.match((await decision.first().textContent()) ?? '', /\w+ \w+/);
    await editor.picture('demo flow, listening');
  });
});
