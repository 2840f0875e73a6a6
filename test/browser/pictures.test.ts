// The pictures of the documentation: `npm run pictures` takes them here, every other run holds them to what the editor
// shows now. What the pages say of a dialog, its labels and defaults, is held to it in test/package/node-pages.test.ts.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dialogWords } from '../support/dialog-words';
import { Editor } from '../support/editor';
import { Form } from '../support/forms';
import { nodeTypes } from '../support/helper';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir, PACKAGE_ROOT } from '../support/pack';
import { keepPicture, shootAround } from '../support/picture-book';
import { requireSystem } from '../support/system';

const MODEL = { id: 'model', type: 'audio-model', name: 'Boiler' };
/** What the dialogs show beside their defaults: what nobody could leave as it is. */
const SETTINGS: Record<string, object> = {
  'rl-kl-classifier': { positiveLabel: 'dog_bark' },
};

const DIALOG_PARTS = '/resources/@earshot/node-red-audio-anomaly/dialogs/';
/** Pixels below the last field. */
const BELOW = 12;

describe('pictures of the documentation', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let editor: Editor;

  before(async function () {
    requireSystem(this, 'chromium');
    nodeRed = await NodeRed.start(await installedUserDir());
    await nodeRed.deploy(flowOfDefaults());
    editor = await Editor.open(nodeRed.url);
    await editor.page.setViewportSize({ width: 1280, height: 1900 });
    await editor.page.evaluate('$.fx.off = true');
    // Loaded once, the parts that dialogs load are there at once in each of them.
    const parts = readdirSync(join(PACKAGE_ROOT, 'resources', 'dialogs')).map(name =>
      JSON.stringify(DIALOG_PARTS + name),
    );
    await editor.page.evaluate(`Promise.all([${parts.join()}].map(part => import(part))).then(() => {})`);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.closeDialogs();
  });

  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
  });

  /** A node of every type with its defaults, its id the type. */
  function flowOfDefaults(): FlowEntry[] {
    const nodes = nodeTypes().map((type, index) => {
      const defaults = Object.entries(new Form(type).definition.defaults);
      const values = Object.fromEntries(defaults.map(([name, { value, type: of }]) => [name, of ? MODEL.id : value]));
      return type === MODEL.type
        ? { ...values, ...MODEL }
        : { id: type, type, z: 'tab', x: 160, y: 40 + 60 * index, wires: [], ...values, ...SETTINGS[type] };
    });
    return [{ id: 'tab', type: 'tab', label: 'Defaults' }, ...nodes];
  }

  /** Opens the dialog of a node; nothing moves any more when its words stand still. */
  async function open(type: string): Promise<string[]> {
    const isConfig = type === MODEL.type;
    await editor.page.evaluate(
      isConfig ? `RED.editor.editConfig('', '${type}', '${MODEL.id}')` : `RED.editor.edit(RED.nodes.node('${type}'))`,
    );
    await tray().locator('form').first().waitFor();
    return dialogWords(editor.page);
  }

  const tray = () => editor.page.locator('.red-ui-tray').last();

  /** From its title to its last field. */
  async function shootDialog(): Promise<Buffer> {
    await tray().locator('[aria-busy=true]').waitFor({ state: 'detached' });
    const rows = await tray().locator('form').first().locator('> *:visible').all();
    const header = await tray().locator('.red-ui-tray-header').boundingBox();
    const last = await rows.at(-1)?.boundingBox();
    const { x, y, width } = header!;
    return editor.page.screenshot({ clip: { x, y, width, height: last!.y + last!.height + BELOW - y } });
  }

  async function close(): Promise<void> {
    await tray().locator('#node-dialog-cancel, #node-config-dialog-cancel').click();
    await tray().waitFor({ state: 'detached' });
  }

  it('shows what the check of a folder finds as it is', async () => {
    await open('wav-folder');
    await tray().locator('#node-input-folder').fill('earshot:motor');
    await tray().locator('#node-input-segmentSeconds').fill('1');
    const check = tray().locator('#folder-check');
    await check.getByRole('button').click();
    await check.locator('table').waitFor();
    // As it is left, not as it is pressed.
    await editor.page.mouse.move(0, 0);
    await tray().locator('#node-input-name').focus();
    const words = await check.locator('button, .earshot-dialog-words, th, td').allTextContents();
    const shown = words.map(word => word.trim());
    await keepPicture('nodes/wav-folder-check', shown, () => shootAround(editor.page, [check]));
    await close();
  });

  for (const type of nodeTypes()) {
    it(`shows the dialog of ${type} as it is`, async () => {
      const words = await open(type);
      assert.ok(words.length > 3, words.join('\n'));
      await keepPicture(`nodes/${type}`, words, shootDialog);
      await close();
    });
  }
});
