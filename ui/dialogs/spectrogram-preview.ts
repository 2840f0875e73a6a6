// In the dialog of a spectrogram node: a real sound as the node would compute it with the fields as they are, and in
// words what comes out. Node-RED computes it, with the code that the node runs.
import { decibels, spaced } from '../../src/formats';
import type { ChosenSound, PreviewAnswer, PreviewSource } from '../../src/live/dialog-messages';
import { isVariable } from '../../src/variables';
import { h, icon, setText, show } from '../shared/dom';
import { problemOf } from '../shared/editor';
import * as server from '../shared/server';
import { formatDuration } from '../shared/words';
import { fieldOf, fieldsOf, inputOf, onFieldChange, textOf } from './fields';
import { Latest } from './latest';
import { type DialogPart, dialogName } from './part';
import { type Sound, SoundChoice } from './sound-choice';
import { t } from './spectrogram-texts';
import { StillSpectrogram } from './still-spectrogram';

const FIELDS = [
  ...['scale', 'melBands', 'frames', 'fftSize', 'hopLength', 'window', 'fMin', 'fMax', 'normalize'],
  'rangeDb',
];
const MAX_MEGABYTES = 20;
const BYTES_IN_MEGABYTE = 1e6;

/** What is in the way of an answer, in words. */
interface Obstacle {
  obstacle: string;
}
type Answer = PreviewAnswer | Obstacle;

class Preview implements DialogPart {
  private readonly dialog = dialogName();
  private readonly spectrogram = new StillSpectrogram();
  private readonly view = h('div', { class: 'earshot-preview', hidden: true }, this.spectrogram.element);
  private readonly words = h('div', { class: 'earshot-dialog-words' });
  private readonly warnings = h('ul', { class: 'earshot-warnings', hidden: true });
  private readonly choice: SoundChoice;
  private readonly questions: Latest<Answer>;
  private readonly unwatch: () => void;
  private closed = false;
  /** Under way. */
  private request: server.Question<unknown> | undefined;
  private found: PreviewSource[] = [];
  /** What Node-RED has been asked to look at, and what it says of it. */
  private chosen: Sound | undefined;
  private sound: ChosenSound | undefined;

  constructor(
    private readonly box: HTMLElement,
    private readonly node: EditorNode,
  ) {
    this.choice = new SoundChoice(node, () => this.soon());
    box.replaceChildren(
      this.choice.element,
      this.view,
      h('div', { class: 'earshot-preview-words', 'aria-live': 'polite' }, this.words, this.warnings),
    );
    this.questions = new Latest(() => this.ask(), {
      answer: answer => this.show(answer),
      fail: error => this.say(t('failed', { problem: problemOf(error) })),
    });
    this.unwatch = onFieldChange(FIELDS.map(inputOf), () => this.soon());
    setText(this.words, t('reading'));
    box.setAttribute('aria-busy', 'true');
    void this.start();
  }

  close(): void {
    this.closed = true;
    this.questions.close();
    this.spectrogram.close();
    this.unwatch();
    this.request?.abort();
    server.endPreview(this.dialog).catch(() => {});
  }

  /** Before there is a sound to choose there is nothing to ask. */
  private soon(): void {
    this.box.setAttribute('aria-busy', 'true');
    if (this.choice.current) this.questions.soon();
  }

  private async start(): Promise<void> {
    try {
      const ids = this.choice.sources.map(({ id }) => id);
      if (ids.length > 0) this.found = await this.whileOpen(server.previewSounds(ids));
      if (!this.closed) this.choice.offer(this.found);
    } catch (thrown) {
      if (!this.closed) this.say(t('failed', { problem: problemOf(thrown) }));
    }
  }

  /** A question that ends with the dialog. */
  private whileOpen<Answer>(request: server.Question<Answer>): server.Question<Answer> {
    this.request = request;
    if (this.closed) request.abort();
    return request;
  }

  private async ask(): Promise<Answer> {
    const { choice } = this;
    const { current } = choice;
    const wrong = this.wrongField();
    if (wrong || !current) return { obstacle: wrong ?? t('reading') };
    if (current.kind === 'own' && current.file.size > MAX_MEGABYTES * BYTES_IN_MEGABYTE) {
      const megabytes = (current.file.size / BYTES_IN_MEGABYTE).toFixed(1);
      return { obstacle: t('tooLarge', { megabytes, most: MAX_MEGABYTES, name: current.file.name }) };
    }
    let { sound } = this;
    if (this.chosen !== current || !sound) {
      this.chosen = undefined;
      setText(this.words, t('reading'));
      sound = this.sound = await this.whileOpen(this.send(current));
      this.chosen = current;
      choice.setLength(sound.seconds);
    }
    const { from, seconds } = choice;
    try {
      return await this.whileOpen(server.drawPreview(this.dialog, { ...fieldsOf(FIELDS), from, seconds }));
    } catch (error) {
      const code = error instanceof server.Refused ? error.code : undefined;
      if (code === 'frequency-range') return { obstacle: frequencyWords(sound) };
      if (code !== 'no-sound') throw error;
      // It has not been asked for in a long time: it has to be read again.
      this.chosen = undefined;
      return this.ask();
    }
  }

  private send(sound: Sound): server.Question<ChosenSound> {
    const { dialog } = this;
    const { sampleRate } = this.choice;
    switch (sound.kind) {
      case 'own':
        return server.sendPreview(dialog, sound.file, sampleRate);
      case 'segment':
        return server.choosePreview(dialog, { segment: sound.source.id, sampleRate });
      case 'file':
        return server.choosePreview(dialog, { source: sound.source.id, name: sound.name, sampleRate });
      case 'example':
        return server.choosePreview(dialog, { sampleRate });
    }
  }

  /** What a field says for itself, where one is not right. */
  private wrongField(): string | undefined {
    const { defaults } = this.node._def;
    for (const name of FIELDS) {
      const value = fieldOf(name);
      if (isVariable(value)) return t('variable', { value });
      const verdict = defaults[name].validate?.call(this.node, value, {}) ?? true;
      if (verdict !== true) return typeof verdict === 'string' ? verdict : t('incomplete');
    }
    return undefined;
  }

  private show(answer: Answer): void {
    if ('obstacle' in answer) this.say(answer.obstacle);
    else if (this.sound) this.showSpectrogram(answer, this.sound);
  }

  private showSpectrogram(answer: PreviewAnswer, sound: ChosenSound): void {
    const { info, fit, levels, axis } = answer;
    const [bins, frames] = info.shape;
    const { sampleRate, hopLength, normalize } = info;
    const isUnit = normalize === 'minmax' || normalize === 'range';
    const range = isUnit ? (['0', '1'] as const) : ([decibels(levels.low), decibels(levels.high)] as const);
    const [low, high] = isUnit ? [info.min.toFixed(2), info.max.toFixed(2)] : range;
    const words = [
      t('shape', {
        ...{ bins, frames, seconds: fit.seconds.toFixed(1), rate: spaced(sampleRate) },
        milliseconds: ((1000 * hopLength) / sampleRate).toFixed(1),
      }),
      t('values', { low, high }),
    ].join(' ');
    this.spectrogram.show({
      ...{ levels, axis, range, padding: t('padding') },
      seconds: (frames * hopLength) / sampleRate,
      soundShare: Math.min(1, fit.natural / frames),
      words: t('described', { name: sound.name, words }),
    });
    this.say(words, this.warningsOf(answer, sound), false);
  }

  private warningsOf({ info, fit, emptyBands }: PreviewAnswer, sound: ChosenSound): string[] {
    const { lostPercent, seconds, heldSeconds, natural, frames, fittingHop } = fit;
    const warnings: string[] = [];
    if (lostPercent > 0) {
      const lost = { percent: lostPercent, seconds: (seconds - heldSeconds).toFixed(1), frames: natural };
      warnings.push(t(fittingHop ? 'lost' : 'lostMuch', { ...lost, hop: fittingHop }));
    }
    if (natural < frames) warnings.push(t('padded', { frames: natural }));
    if (textOf('frames') === '0') warnings.push(t('natural'));
    if (emptyBands > 0) {
      const hertz = (info.sampleRate / info.fftSize).toFixed(1);
      warnings.push(t('emptyBands', { count: emptyBands, bands: info.melBands, hertz }));
    }
    if (info.min === info.max) warnings.push(t('same'));
    const segment = this.choice.seconds;
    if (segment > sound.seconds + 1e-6) warnings.push(t('short', { sound: sound.seconds.toFixed(1), segment }));
    if (sound.isCut) warnings.push(t('cut', { length: formatDuration(sound.seconds) }));
    const folders = this.found.flatMap(({ problem }) => (problem ? [t('folder', { problem })] : []));
    return [...warnings, ...sound.warnings, ...folders];
  }

  /** @param isStale whether the spectrogram belongs to fields as they were before */
  private say(words: string, warnings: readonly string[] = [], isStale = true): void {
    this.box.removeAttribute('aria-busy');
    setText(this.words, words);
    this.warnings.replaceChildren(...warnings.map(text => h('li', {}, icon('exclamation-triangle'), ` ${text}`)));
    show(this.warnings, warnings.length > 0);
    this.view.classList.toggle('earshot-stale', isStale);
    if (!isStale) show(this.view, true);
  }
}

const frequencyWords = ({ sampleRate }: ChosenSound): string =>
  t('frequencies', { rate: spaced(sampleRate), top: spaced(sampleRate / 2) });

export const start = (box: HTMLElement, node: EditorNode): DialogPart => new Preview(box, node);
