// In the dialog of wav-folder: what the folder would give with the fields as they are. A bar for each label, and in words
// what stands in the way. Node-RED counts, with the code that reads the files.
import type catalogue from '../../nodes/wav-folder/locales/en-US/wav-folder.json';
import type { FolderCheck, LabelCount } from '../../src/audio/folder-check';
import { button, h, icon, setText } from '../shared/dom';
import * as server from '../shared/server';
import { textsOf } from '../shared/texts';
import { formatDuration } from '../shared/words';
import { fieldOf, textOf } from './fields';
import type { DialogPart } from './part';
import { Trial } from './trial';

const t = textsOf<(typeof catalogue)['wav-folder']['check']>('wav-folder', 'wav-folder.check');

const FIELDS = [
  ...['folder', 'labels', 'onlyLabels', 'sampleRate', 'segmentSeconds', 'hopSeconds', 'pad', 'channels'],
  'recursive',
];
const HEADS = ['label', 'files', 'length', 'segments'] as const;

class Check extends Trial {
  private readonly button = button(() => this.press(), { class: 'red-ui-button earshot-button' });
  private readonly words = h('div', { class: 'earshot-dialog-words', role: 'status' });
  private readonly result = h('div');

  constructor(box: HTMLElement) {
    super(FIELDS);
    box.replaceChildren(h('div', { class: 'earshot-row' }, this.button), this.words, this.result);
    this.reset();
  }

  protected override clear(): void {
    setText(this.words, t('hint'));
    this.result.replaceChildren();
  }

  protected override rest(): void {
    this.button.replaceChildren(icon('bar-chart'), ` ${t('start')}`);
  }

  private press(): void {
    if (this.running) this.reset();
    else void this.check();
  }

  private async check(): Promise<void> {
    this.reset();
    setText(this.words, t('looking'));
    this.button.replaceChildren(icon('stop'), ` ${t('stop')}`);
    const found: FolderCheck[] = [];
    const request = server.checkFolder(this.form(), line => {
      if ('problem' in line) this.problem = line.problem;
      else if (line.type === 'checked') found.push(line.check);
      else setText(this.words, t('progress', { done: line.done, files: line.files }));
    });
    if (!(await this.answered(request))) return;
    const [check] = found;
    if (check && !this.problem) this.show(check);
    else setText(this.words, this.problem || t('late'));
  }

  private show(check: FolderCheck): void {
    const { files, seconds, segments, labels } = check;
    setText(this.words, t('sum', { files, length: formatDuration(seconds), segments }));
    const warnings = warningsOf(check).map(words => h('li', {}, icon('exclamation-triangle'), ` ${words}`));
    this.result.replaceChildren(
      ...(labels.length > 0 ? [tableOf(labels)] : []),
      ...(warnings.length > 0 ? [h('ul', { class: 'earshot-warnings' }, ...warnings)] : []),
    );
  }
}

function tableOf(labels: readonly LabelCount[]): HTMLElement {
  const most = Math.max(1, ...labels.map(({ files }) => files));
  const head = HEADS.map(key => h('th', { scope: 'col' }, t(`head.${key}`)));
  const rows = labels.map(({ label, files, seconds, segments }) => {
    const bar = h('div', { class: 'earshot-count' }, h('div', { style: `width: ${(100 * files) / most}%` }));
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, label ?? t('noLabel')),
      h('td', {}, bar, h('span', {}, String(files))),
      h('td', {}, formatDuration(seconds)),
      h('td', {}, String(segments)),
    );
  });
  return h('table', { class: 'earshot-counts' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows));
}

/** The fields are still those that were checked with: another one would have ended the check. */
function warningsOf(check: FolderCheck): string[] {
  const { rates, lengths, short, unreadable, unreadableCount, unknownLengths, otherLabels, moreLabels, isCut } = check;
  const warnings = unreadable.map(({ filename, reason }) => t('unreadable', { name: filename, reason }));
  if (unreadableCount > unreadable.length)
    warnings.push(t('moreUnreadable', { count: unreadableCount - unreadable.length }));
  if (rates.length > 1 && !Number(fieldOf('sampleRate'))) {
    const found = rates.map(({ sampleRate, files }) => `${sampleRate} Hz (${files})`);
    warnings.push(t('rates', { rates: found.join(', ') }));
  }
  if (lengths) {
    const [from, to] = [lengths.least, lengths.most].map(formatDuration);
    warnings.push(t('lengths', { from, to }));
  }
  if (short > 0) warnings.push(t(textOf('pad') === 'drop' ? 'dropped' : 'padded', { count: short }));
  if (unknownLengths > 0) warnings.push(t('unknownLengths', { count: unknownLengths }));
  if (otherLabels.length > 0) warnings.push(t('otherLabels', { labels: otherLabels.join(', ') }));
  if (moreLabels > 0) warnings.push(t('moreLabels', { count: moreLabels }));
  if (isCut) warnings.push(t('cut'));
  return warnings;
}

export const start = (box: HTMLElement): DialogPart => new Check(box);
