// The editor in another language: what a dialog and the help show is the catalogue's, as a German reader gets it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_RED_4 } from '../support/generations';
import { nodeTypes } from '../support/helper';
import { misfits } from '../support/layout';
import { PACKAGE_ROOT } from '../support/pack';
import { describeInEditor } from '../support/workbench';

interface Catalogue {
  threshold: { label: Record<string, string> };
}

describeInEditor('the editor in German', function (bench) {
  this.timeout(60_000);

  it('shows a dialog with German labels, no key among them, and German help', async () => {
    const { editor } = bench;
    await editor.page.evaluate(`localStorage.setItem('editor-language', 'de')`);
    await editor.page.reload();
    await editor.loaded();
    const dialog = await editor.edit(await editor.drag('threshold', 300, 200));
    await editor.picture('dialog threshold in German', dialog);
    const shown = (await dialog.locator('form').first().textContent()) ?? '';
    const folder = join(PACKAGE_ROOT, 'nodes', 'locales');
    const labelsIn = (language: string): Catalogue['threshold']['label'] => {
      const catalogue = JSON.parse(readFileSync(join(folder, language, 'threshold.json'), 'utf8')) as Catalogue;
      return catalogue.threshold.label;
    };
    for (const field of ['method', 'votes', 'hysteresis', 'notify']) {
      const [german, english] = [labelsIn('de')[field], labelsIn('en-US')[field]];
      assert.notEqual(german, english);
      assert.ok(shown.includes(german), `"${german}" is not in: ${shown}`);
    }
    assert.doesNotMatch(shown, /\bthreshold\.\w+|\b(label|unit|method|from|notify|error)\.\w+/);
    const help = (await editor.page.evaluate(`RED.nodes.getNodeHelp('threshold')`)) as string;
    const written = readFileSync(join(folder, 'de', 'threshold.html'), 'utf8');
    const [sentence] = /(?<=<p>)[^<]{30,80}/.exec(written) ?? [];
    assert.ok(sentence && help.includes(sentence.trim()), `${sentence}; shown: ${help.slice(0, 200)}`);
    await editor.closeDialog('cancel');
  });

  // The forms are the same in both generations.
  if (bench.generation !== NODE_RED_4) return;

  it('has room for the longer words and for long names in every dialog', async () => {
    const { editor, nodeRed } = bench;
    const name = 'Kompressor in der Halle hinter dem Lager, Prüfstand 1234567890123456789012345678901234567890';
    await nodeRed.deploy([
      { id: 'tab', type: 'tab', label: 'Names' },
      { id: 'model', type: 'audio-model', name },
      ...nodeTypes()
        .filter(type => type !== 'audio-model')
        // Nothing is learnt yet that the threshold could ask for.
        .map(type => ({ id: type, type, z: 'tab', name, model: 'model', from: 'learn', x: 200, y: 99, wires: [] })),
    ]);
    await editor.page.reload();
    await editor.loaded();
    const found: Record<string, string[]> = {};
    for (const type of nodeTypes().filter(type => type !== 'audio-model')) {
      await editor.page.evaluate(`RED.editor.edit(RED.nodes.node('${type}'))`);
      await editor.topDialog.locator('form').first().waitFor();
      // What was entered may be longer than its field.
      const misfit = (await misfits(editor.page, '#dialog-form')).filter(line => !line.includes(name));
      if (misfit.length > 0) found[type] = misfit;
      await editor.page.evaluate('RED.tray.close()');
      await editor.topDialog.waitFor({ state: 'detached' });
    }
    assert.deepEqual(found, {});
  });
});
