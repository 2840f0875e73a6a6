// In the dialog of wav-folder: what the folder would give with the fields as they are. A bar for each label, and in words
// what stands in the way. Node-RED counts, with the code that reads the files.
import { formatDuration, h, icon, setText } from '../sidebar/dom.mjs';
import * as server from '../sidebar/server.mjs';

const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/wav-folder:wav-folder.check.${key}`, values);

const TEXTS = ['folder', 'labels', 'onlyLabels', 'sampleRate', 'segmentSeconds', 'hopSeconds', 'pad', 'channels'];
const FIELDS = [...TEXTS, 'recursive'];

const field = name => {
  const input = document.getElementById(`node-input-${name}`);
  return input.type === 'checkbox' ? input.checked : input.value;
};

class FolderCheck {
  constructor(box) {
    this.button = h('button', { type: 'button', class: 'red-ui-button earshot-button', onclick: () => this.press() });
    this.words = h('div', { class: 'earshot-dialog-words', role: 'status' });
    this.result = h('div', {});
    box.replaceChildren(h('div', { class: 'earshot-row' }, this.button), this.words, this.result);
    // A text that no other dialog has: what this one asks anew takes the place of what it asked before.
    this.dialog = `${Date.now()} ${Math.random()}`;
    this.form = $(FIELDS.map(name => `#node-input-${name}`).join());
    this.changed = () => this.reset();
    this.form.on('input change', this.changed);
    this.reset();
  }

  close() {
    this.form.off('input change', this.changed);
    this.reset();
  }

  /** What is shown belongs to the fields as they were. */
  reset() {
    this.running?.stop();
    this.rest();
    setText(this.words, t('hint'));
    this.result.replaceChildren();
  }

  rest() {
    this.running = undefined;
    this.button.replaceChildren(icon('bar-chart'), ` ${t('start')}`);
  }

  async press() {
    if (this.running) return this.reset();
    this.reset();
    let problem;
    let check;
    setText(this.words, t('looking'));
    this.button.replaceChildren(icon('stop'), ` ${t('stop')}`);
    const form = Object.fromEntries(FIELDS.map(name => [name, field(name)]));
    const request = server.checkFolder({ ...form, dialog: this.dialog }, line => {
      if (line.type === 'progress') setText(this.words, t('progress', { done: line.done, files: line.files }));
      else if (line.type === 'checked') check = line.check;
      else problem = line.problem;
    });
    this.running = request;
    try {
      await request.over;
    } catch (error) {
      problem = error.message;
    }
    if (this.running !== request) return;
    this.rest();
    if (check && !problem) this.show(check, form);
    else setText(this.words, problem || t('late'));
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
  const { rates, short, unreadable, unreadableCount, unknownLengths, otherLabels, moreLabels, isCut } = check;
  const warnings = unreadable.map(({ filename, reason }) => t('unreadable', { name: filename, reason }));
  if (unreadableCount > unreadable.length)
    warnings.push(t('moreUnreadable', { count: unreadableCount - unreadable.length }));
  if (rates.length > 1 && !Number(form.sampleRate)) {
    warnings.push(
      t('rates', { rates: rates.map(({ sampleRate, files }) => `${sampleRate} Hz (${files})`).join(', ') }),
    );
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
