// The editor in other languages, as their readers get it: the dialogs, the help and the sidebar are the catalogue's,
// word by word, whether the browser asks for the language or the user has chosen it in the editor's settings.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { GENERATIONS, NODE_RED_4, testOnce } from '../support/generations';
import { nodeTypes } from '../support/helper';
import { misfits } from '../support/layout';
import { localeFile } from '../support/locales';
import type { FlowEntry } from '../support/node-red';
import { describeInEditor } from '../support/workbench';

const TYPES = nodeTypes();

type Texts = { [part: string]: string | Texts };

const catalogue = (language: string, name: string): Texts =>
  JSON.parse(readFileSync(localeFile(name, language, '.json'), 'utf8')) as Texts;
const textAt = (texts: Texts, key: string): unknown =>
  key.split('.').reduce<string | Texts | undefined>((inner, part) => (inner as Texts | undefined)?.[part], texts);

const headingsOf = (page: string): string[] => [...page.matchAll(/<h3>([^<]+)<\/h3>/g)].map(match => match[1]);

/** What tells a node's help in a language from that in others: its headings and how it begins. */
function helpIn(language: string, type: string): { headings: string[]; sentence: string } {
  const page = readFileSync(localeFile(type, language, '.html'), 'utf8');
  return { headings: headingsOf(page), sentence: /(?<=<p>)[^<]{10,60}/.exec(page)?.[0].trim() ?? '' };
}

/** A text that nobody translated stands as its key, with or without its namespace. */
const RAW_KEY = new RegExp(`@earshot/|\\b(?:earshot|${TYPES.join('|')})(?:\\.[\\w-]+){2,}`);

interface Word {
  /** e.g. `threshold.label.name` */
  key: string;
  shown: string | null;
}

interface Reader {
  title: string;
  /** What the browser is set to. */
  browser: string;
  /** What the user has chosen in the editor's settings instead; the editor keeps it in the browser. */
  chosen?: string;
  language: string;
  /** Whose dialog is opened. */
  dialog?: string;
}

const READERS: Reader[] = [
  { title: 'a Dutch browser', browser: 'nl-NL', language: 'nl', dialog: 'vae-train' },
  { title: 'an Austrian browser', browser: 'de-AT', language: 'de' },
  {
    title: 'a Dutch browser whose user chose German',
    browser: 'nl-NL',
    chosen: 'de',
    language: 'de',
    dialog: 'threshold',
  },
];

const LONG_NAME = 'Kompressor in der Halle hinter dem Lager, Prüfstand 1234567890123456789012345678901234567890';
const NAMED = TYPES.filter(type => type !== 'audio-model');
/** A node of each type; nothing is learnt yet that the threshold could ask for. */
const FLOW: FlowEntry[] = [
  { id: 'tab', type: 'tab', label: 'Names' },
  { id: 'model', type: 'audio-model', name: LONG_NAME },
  ...NAMED.map(type => ({
    ...{ id: type, type, z: 'tab', name: LONG_NAME, model: 'model', from: 'learn', x: 200, y: 99, wires: [] },
  })),
];

describeInEditor('the editor in other languages', GENERATIONS, FLOW, function (bench) {
  this.timeout(120_000);
  const once = testOnce(bench.generation);

  // Node-RED 5 asks for its texts as Node-RED 4 does: one reader shows it.
  const readers = bench.generation === NODE_RED_4 ? READERS : READERS.slice(-1);
  for (const { title, browser, chosen, language, dialog } of readers) {
    it(`${title} gets all of it in "${language}"`, async () => {
      const { editor } = bench;
      if (chosen) await editor.page.evaluate(`localStorage.setItem('editor-language', '${chosen}')`);
      await editor.speak(browser);
      if (dialog) {
        const opened = await editor.edit(await editor.drag(dialog, 300, 200));
        await editor.picture(`dialog ${dialog} in ${language}`, opened);
        await dialogSpeaks(language, dialog);
        await editor.closeDialog('cancel');
      }
      await helpSpeaks(language);
      await sidebarSpeaks(language);
    });
  }

  // The forms are the same in both generations. The last reader's editor speaks German already.
  once('every dialog speaks German, and has room for its longer words and for long names', async () => {
    const { editor } = bench;
    const found: Record<string, string[]> = {};
    for (const type of NAMED) {
      await editor.page.evaluate(`RED.editor.edit(RED.nodes.node('${type}'))`);
      await editor.topDialog.locator('form').first().waitFor();
      await dialogSpeaks('de', type);
      // What was entered may be longer than its field.
      const misfit = (await misfits(editor.page, '#dialog-form')).filter(line => !line.includes(LONG_NAME));
      if (misfit.length > 0) found[type] = misfit;
      await editor.page.evaluate('RED.tray.close()');
      await editor.topDialog.waitFor({ state: 'detached' });
    }
    assert.deepEqual(found, {});
  });

  /** Every text of the open dialog's form. */
  async function dialogSpeaks(language: string, type: string): Promise<void> {
    const form = bench.editor.topDialog.locator('form').first();
    // e.g. "[placeholder]NAMESPACE:threshold.label.name", several with semicolons between them.
    const words = (await form.locator('[data-i18n]').evaluateAll(elements =>
      elements.flatMap(element =>
        element
          .getAttribute('data-i18n')!
          .split(';')
          .map(part => {
            const [, attribute, key] = /^(?:\[([\w-]+)\])?(?:.*:)?(.+)$/.exec(part)!;
            return { key, shown: attribute ? element.getAttribute(attribute) : element.textContent };
          }),
      ),
    )) as Word[];
    const own = words.filter(({ key }) => key.startsWith(`${type}.`));
    assert.ok(own.length > 2, `${type}: ${own.length} words`);
    const texts = catalogue(language, type);
    for (const { key, shown } of own) assert.equal(shown, textAt(texts, key), key);
    assert.doesNotMatch((await form.textContent()) ?? '', RAW_KEY);
  }

  async function helpSpeaks(language: string): Promise<void> {
    const { page } = bench.editor;
    const shown = (await page.evaluate(
      `${JSON.stringify(TYPES)}.map(type => RED.nodes.getNodeHelp(type) ?? '')`,
    )) as string[];
    for (const [i, type] of TYPES.entries()) {
      const { headings, sentence } = helpIn(language, type);
      assert.deepEqual(headingsOf(shown[i]), headings, type);
      assert.ok(sentence && shown[i].includes(sentence), `${type}: ${shown[i].slice(0, 200)}`);
    }
    await page.evaluate(`RED.sidebar.help.show('threshold')`);
    await page.locator('.red-ui-help h3', { hasText: helpIn(language, 'threshold').headings[0] }).waitFor();
  }

  async function sidebarSpeaks(language: string): Promise<void> {
    const { page } = bench.editor;
    await page.evaluate(`RED.sidebar.show('earshot')`);
    const texts = catalogue(language, 'earshot');
    const sidebar = page.locator('.earshot');
    await sidebar
      .getByText(textAt(texts, 'earshot.steps.title') as string)
      .first()
      .waitFor();
    const shown = (await sidebar.textContent()) ?? '';
    for (const key of ['steps.choose', 'steps.record', 'sound.title', 'label.model']) {
      const text = textAt(texts, `earshot.${key}`) as string;
      assert.ok(shown.includes(text), `"${text}" is not in: ${shown}`);
    }
    assert.doesNotMatch(shown, RAW_KEY);
  }
});
