// What a person reads in an edit dialog: labels, choices, units and the values of the settings. Live regions (levels,
// summaries that are reckoned, what devices there are) are left out: they change from run to run.
import type { Page } from 'playwright-core';

/** Runs in the page. */
const READ = `(() => {
  const LIVE = '[aria-live], [role="status"], audio, video, canvas, svg, script, style, option, .ui-autocomplete';
  const tidy = text => (text ?? '').replace(/\\s+/g, ' ').trim();
  const shown = element => element.checkVisibility({ visibilityProperty: true });
  const words = [];
  const add = text => tidy(text) && words.push(tidy(text));
  const isSetting = ({ id }) => /^node(-config)?-input-/.test(id) && node._def.defaults[id.replace(/^node(-config)?-input-/, '')];
  const node = RED.editor.getEditStack().at(-1);
  const value = field => {
    if (field.type === 'checkbox') return field.checked ? 'on' : 'off';
    if (field.tagName === 'SELECT') return tidy(field.selectedOptions[0]?.textContent);
    return tidy(field.value) || (field.placeholder ? '(' + tidy(field.placeholder) + ')' : '(empty)');
  };
  const read = element => {
    for (const part of element.childNodes) {
      if (part.nodeType === Node.TEXT_NODE) add(part.textContent);
      if (part.nodeType !== Node.ELEMENT_NODE || !shown(part)) continue;
      if (part.matches('select')) for (const option of part.querySelectorAll('option[data-i18n]')) add('◦ ' + option.textContent);
      if (part.matches('input, select, textarea') && isSetting(part)) add('= ' + value(part));
      if (!part.matches(LIVE)) read(part);
    }
  };
  read([...document.querySelectorAll('.red-ui-tray')].at(-1).querySelector('form'));
  return words;
})()`;

/** The words of the topmost dialog's form, in their order; taken when they have stopped changing. */
export async function dialogWords(page: Page): Promise<string[]> {
  let words: string[] = [];
  for (let tries = 0; tries < 30; tries++) {
    const again = await page.evaluate<string[]>(READ);
    if (words.length > 0 && again.join('\n') === words.join('\n')) return words;
    words = again;
    await page.waitForTimeout(100);
  }
  throw new Error(`the dialog goes on changing; now:\n${words.join('\n')}`);
}
