// The nodes in Node-RED's editor, in a real Chromium: every dialog opens, reads as text, refuses nonsense and saves;
// the demo flow is imported, deployed and run with the mouse, and its decision is seen. Pictures go to artifacts/.
import assert from 'node:assert/strict';
import { Editor } from '../support/editor';
import { describeGenerations } from '../support/generations';
import { nodeTypes } from '../support/helper';
import { NodeRed } from '../support/node-red';
import { installedUserDirFor } from '../support/pack';
import { requireSystem } from '../support/system';

const PACKAGE_NAME = '@earshot/node-red-audio-anomaly';
const DEMO = '01 demo - motor with bundled sounds';
const CONFIG_TYPE = 'audio-model';

/** What a person reads in a form. */
interface FormTexts {
  texts: string[];
  labels: string[];
}

describeGenerations('the editor', function (generation) {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let editor: Editor;

  before(async function () {
    requireSystem(this, 'chromium');
    nodeRed = await NodeRed.start(await installedUserDirFor(generation), generation);
    editor = await Editor.open(nodeRed.url, generation.name);
  });

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || !editor) return;
    await editor.picture(`failed ${this.currentTest.title}`.slice(0, 80));
    await editor.closeDialogs();
  });

  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
  });

  /** Reads the properties form of the topmost dialog as a person would. */
  async function readForm(): Promise<FormTexts> {
    const form = (await editor.dialog()).locator('form').first();
    const attributes = await Promise.all(
      ['placeholder', 'title'].map(async name =>
        Promise.all((await form.locator(`.form-row [${name}]`).all()).map(element => element.getAttribute(name))),
      ),
    );
    const rows = await form.locator('.form-row, .form-tips').allTextContents();
    const labels = await form.locator('label [data-i18n], option[data-i18n]').allTextContents();
    return {
      texts: [...rows, ...attributes.flat().map(String)].map(text => text.trim()).filter(Boolean),
      labels: labels.map(text => text.trim()),
    };
  }

  function assertTranslated(type: string, { texts, labels }: FormTexts): void {
    assert.ok(labels.length > 0 && labels.every(Boolean), `labels: ${labels.join(' | ')}`);
    const rawKey = new RegExp(`(^|[\\s:/])${type}\\.\\w+|earshot/node-red|undefined|\\[object`);
    assert.deepEqual(
      texts.filter(text => rawKey.test(text)),
      [],
    );
  }

  /** Types nonsense into every number field; returns the fields that took it or did not say what is wrong. */
  async function fieldsTakingNonsense(): Promise<string[]> {
    const dialog = await editor.dialog();
    const taking: string[] = [];
    for (const field of await dialog.locator('form input[type="number"]:visible').all()) {
      const id = await field.getAttribute('id');
      const saved = await field.inputValue();
      await field.fill('-1000000000');
      await field.dispatchEvent('change');
      await editor.page.waitForTimeout(50);
      const refused = await editor.page.evaluate(`(() => {
        const field = $('#${id}');
        return field.hasClass('input-error') && Boolean(field.data('tooltip'));
      })()`);
      if (!refused) taking.push(String(id));
      await field.fill(saved);
      await field.dispatchEvent('change');
    }
    return taking;
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
      const id = await editor.drag(type, 180 + (index % 2) * 260, 60 + index * 60);
      const dialog = await editor.edit(id);
      await editor.picture(`dialog ${type}`, dialog);
      assertTranslated(type, await readForm());
      assert.deepEqual(await fieldsTakingNonsense(), []);
      await dialog.locator('#node-input-name').fill(`my ${type}`);
      await editor.closeDialog();
      const label = editor.page.locator(`[id="${id}"] .red-ui-flow-node-label`);
      assert.match((await label.innerHTML()).replace(/<[^>]+>/g, ' '), new RegExp(`my\\s+${type}`));
    });
  }

  it('adds an audio model from the dialog of a node that needs one', async () => {
    const id = await editor.drag('vae-score', 700, 60);
    const dialog = await editor.edit(id);
    await dialog.locator('#node-input-btn-model-add').click();
    const configDialog = await editor.dialog();
    await configDialog.locator('#node-config-input-name').waitFor();
    await editor.picture(`dialog ${CONFIG_TYPE}`, configDialog);
    assertTranslated(CONFIG_TYPE, await readForm());
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

  it('imports and deploys the demo, and shows its decision in the debug sidebar', async function () {
    this.timeout(240_000);
    await nodeRed.deploy([]);
    await editor.close();
    editor = await Editor.open(nodeRed.url, generation.name);
    await editor.importExample(PACKAGE_NAME, DEMO);
    const trainer = (await editor.page.evaluate(`RED.nodes.filterNodes({ type: 'vae-train' })[0].id`)) as string;
    const dialog = await editor.edit(trainer);
    await dialog.locator('#node-input-epochs').fill('5');
    await editor.closeDialog();
    await editor.deploy();
    const flow = await nodeRed.get<{ id: string; type: string; name?: string; epochs?: string | number }[]>('/flows');
    assert.equal(Number(flow.find(node => node.id === trainer)?.epochs), 5);
    const button = flow.find(node => node.type === 'inject' && node.name?.startsWith('1'));
    assert.ok(button);
    const messages = await editor.debugMessages();
    await editor.press(button.id);
    const decision = messages.filter({ has: editor.page.locator('.red-ui-debug-msg-name', { hasText: 'anomaly' }) });
    await decision.first().waitFor({ timeout: 200_000 });
    const summary = messages.filter({ has: editor.page.locator('.red-ui-debug-msg-name', { hasText: 'summary' }) });
    await summary.first().waitFor({ timeout: 30_000 });
    assert.match((await decision.first().textContent()) ?? '', /\w+ \w+/);
    await editor.picture('demo flow');
  });

  it('leaves no error on the console of the browser', () => {
    assert.deepEqual(editor.consoleErrors, []);
  });
});
