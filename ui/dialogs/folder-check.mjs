// In the dialog of wav-folder: what the folder would give with the fields as they are. A bar for each label, and in words
// what stands in the way. Node-RED counts, with the code that reads the files.
import { formatDuration, h, icon, setText } from '../sidebar/dom.mjs';
import * as server from '../sidebar/server.mjs';
import { Trial } from './trial.mjs';

const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/wav-folder:wav-folder.check.${key}`, values);

const TEXTS = ['folder', 'labels', 'onlyLabels', 'sampleRate', 'segmentSeconds', 'hopSeconds', 'pad', 'channels'];

class FolderCheck extends Trial {
  constructor(box) {
    super([...TEXTS, 'recursive']);
    this.button = h('button', { type: 'button', class: 'red-ui-button earshot-button', onclick: () => this.press() });
    this.words = h('div', { class: 'earshot-dialog-words', role: 'status' });
    this.result = h('div', {});
    box.replaceChildren(h('div', { class: 'earshot-row' }, this.button), this.words, this.result);
    this.reset();
  }

  clear() {
    setText(this.words, t('hint'));
    this.result.replaceChildren();
  }

  rest() {
    this.button.replaceChildren(icon('bar-chart'), ` ${t('start')}`);
  }

  press() {
    if (this.running) this.reset();
    else void this.check();
  }

  async check() {
    this.reset();
    let check;
    setText(this.words, t('looking'));
    this.button.replaceChildren(icon('stop'), ` ${t('stop')}`);
    const form = this.form();
    const request = server.checkFolder(form, line => {
      if (line.type === 'progress') setText(this.words, t('progress', { done: line.done, files: line.files }));
      else if (line.type === 'checked') check = line.check;
      else this.problem = line.problem;
    });
    if (!(await this.answered(request))) return;
    if (check && !this.problem) this.show(check, form);
    else setText(this.words, this.problem || t('late'));
  }

  show(check, form) {
    const { files, seconds, segments } = check;
    setText(this.words, t('sum', { files, length: formatDuration(seconds), segments }));
    const most = Math.max(1, ...check.labels.map(label => label.files));
    const head = ['label', 'files', 'length', 'segments'].map(key => h('th', { scope: 'col' }, t(`head.${key}`)));
    const rows = check.labels.map(count =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, count.label ?? t('noLabel')),
        h(
          'td',
          {},
          h('div', { class: 'earshot-count' }, h('div', { style: `width: ${(100 * count.files) / most}%` })),
          h('span', {}, String(count.files)),
        ),
        h('td', {}, formatDuration(count.seconds)),
        h('td', {}, String(count.segments)),
      ),
    );
    const table = h(
      'table',
      { class: 'earshot-counts' },
      h('thead', {}, h('tr', {}, ...head)),
      h('tbody', {}, ...rows),
    );
    const warnings = warningsOf(check, form).map(words => h('li', {}, icon('exclamation-triangle'), ` ${words}`));
    const notes = h('ul', { class: 'earshot-warnings' }, ...warnings);
    this.result.replaceChildren(...(rows.length > 0 ? [table] : []), ...(warnings.length > 0 ? [notes] : []));
  }
}

function warningsOf(check, form) {
  const { rates, lengths, short, unreadable, unreadableCount, unknownLengths, otherLabels, moreLabels, isCut } = check;
  const warnings = unreadable.map(({ filename, reason }) => t('unreadable', { name: filename, reason }));
  if (unreadableCount > unreadable.length)
    warnings.push(t('moreUnreadable', { count: unreadableCount - unreadable.length }));
  if (rates.length > 1 && !Number(form.sampleRate)) {
    warnings.push(
      t('rates', { rates: rates.map(({ sampleRate, files }) => `${sampleRate} Hz (${files})`).join(', ') }),
    );
  }
  if (lengths) {
    const [from, to] = [lengths.least, lengths.most].map(formatDuration);
    warnings.push(t('lengths', { from, to }));
  }
  if (short > 0) warnings.push(t(form.pad === 'drop' ? 'dropped' : 'padded', { count: short }));
  if (unknownLengths > 0) warnings.push(t('unknownLengths', { count: unknownLengths }));
  if (otherLabels.length > 0) warnings.push(t('otherLabels', { labels: otherLabels.join(', ') }));
  if (moreLabels > 0) warnings.push(t('moreLabels', { count: moreLabels }));
  if (isCut) warnings.push(t('cut'));
  return warnings;
}

/** @param {HTMLElement} box @returns {{close: () => void}} */
export const start = box => new FolderCheck(box);
