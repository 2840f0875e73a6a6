// In the dialog of a spectrogram node: a real sound as the node would compute it with the fields as they are, and in
// words what comes out. Node-RED computes it, with the code that the node runs.
import { formatDb, formatDuration, h, icon, setText, show } from '../sidebar/dom.mjs';
import * as server from '../sidebar/server.mjs';
import { Latest } from './latest.mjs';
import { LevelPicture } from './level-picture.mjs';
import { SoundChoice } from './sound-choice.mjs';

const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/spectrogram:spectrogram.preview.${key}`, values);

const SHAPE = ['scale', 'melBands', 'frames', 'fftSize', 'hopLength', 'window'];
const FIELDS = [...SHAPE, 'fMin', 'fMax', 'normalize', 'rangeDb'];
const MAX_MEGABYTES = 20;
const MAX_FILE_BYTES = MAX_MEGABYTES * 1e6;

const field = name => $(`#node-input-${name}`).val();
const isVariable = value => /^\$[{(]/.test(value);
/** "44 100" */
const formatRate = rate => (rate < 10_000 ? String(rate) : String(rate).replace(/\B(?=(\d{3})+$)/g, '\u00a0'));

class SpectrogramPreview {
  constructor(box, node) {
    Object.assign(this, { box, node });
    this.dialog = randomName();
    this.picture = new LevelPicture();
    this.view = h('div', { class: 'earshot-preview', hidden: true }, this.picture.element);
    this.words = h('div', { class: 'earshot-dialog-words' });
    this.warnings = h('ul', { class: 'earshot-warnings', hidden: true });
    this.choice = new SoundChoice(node, t, () => this.soon());
    box.replaceChildren(
      this.choice.element,
      this.view,
      h('div', { class: 'earshot-preview-words', 'aria-live': 'polite' }, this.words, this.warnings),
    );
    this.questions = new Latest(() => this.ask(), {
      answer: answer => this.show(answer),
      fail: error => this.say(t('failed', { problem: error.message })),
    });
    this.form = $(FIELDS.map(name => `#node-input-${name}`).join());
    this.changed = () => this.soon();
    this.form.on('input change', this.changed);
    setText(this.words, t('reading'));
    box.setAttribute('aria-busy', 'true');
    void this.start();
  }

  close() {
    this.closed = true;
    this.questions.close();
    this.picture.close();
    this.form.off('input change', this.changed);
    this.request?.abort();
    server.endPreview(this.dialog).catch(() => {});
  }

  /** Before there is a sound to choose there is nothing to ask. */
  soon() {
    this.box.setAttribute('aria-busy', 'true');
    if (this.choice.current) this.questions.soon();
  }

  async start() {
    try {
      const { sources } = this.choice;
      this.found = sources.length > 0 ? await this.server(server.previewSounds(sources.map(({ id }) => id))) : [];
      if (!this.closed) this.choice.offer(this.found);
    } catch (error) {
      if (!this.closed) this.say(t('failed', { problem: error.message }));
    }
  }

  /** A question under way, which ends with the dialog; after that none is asked. */
  server(request) {
    this.request = request;
    if (this.closed) request.abort();
    return request;
  }

  async ask() {
    const { choice } = this;
    const words = this.wrongField();
    if (words) return { words };
    const { current } = choice;
    if (this.chosen !== current) {
      const tooLarge = current.file?.size > MAX_FILE_BYTES;
      if (tooLarge) return { words: t('tooLarge', { ...megabytes(current.file.size), name: current.file.name }) };
      this.chosen = undefined;
      setText(this.words, t('reading'));
      this.sound = await this.server(this.send(current));
      this.chosen = current;
      choice.setLength(this.sound.seconds);
    }
    const { from, seconds } = choice;
    const fields = Object.fromEntries(FIELDS.map(name => [name, field(name)]));
    try {
      return await this.server(server.drawPreview(this.dialog, { ...fields, from, seconds }));
    } catch (error) {
      if (error.code === 'frequency-range') return { words: this.frequencyWords() };
      if (error.code !== 'no-sound') throw error;
      // Nobody has asked for it for long: it has to be read again.
      this.chosen = undefined;
      return this.ask();
    }
  }

  send({ kind, source, name, file }) {
    const { sampleRate } = this.choice;
    if (kind === 'own') return server.sendPreview(this.dialog, file, { name: file.name, sampleRate });
    const chosen = { segment: { segment: source?.id }, file: { source: source?.id, name }, example: {} }[kind];
    return server.choosePreview(this.dialog, { ...chosen, sampleRate });
  }

  /** What a field says for itself, where one is not right. */
  wrongField() {
    const { defaults } = this.node._def;
    for (const name of FIELDS) {
      const value = field(name);
      if (isVariable(value)) return t('variable', { value });
      const verdict = defaults[name].validate.call(this.node, value, {});
      if (verdict !== true) return typeof verdict === 'string' ? verdict : t('incomplete');
    }
    return undefined;
  }

  frequencyWords() {
    const { sampleRate } = this.sound;
    return t('frequencies', { rate: formatRate(sampleRate), top: formatRate(sampleRate / 2) });
  }

  show(answer) {
    if (!answer.info) return this.say(answer.words);
    const { info, fit, levels, axis } = answer;
    const [rows, columns] = info.shape;
    const { sampleRate, hopLength, normalize } = info;
    const isUnit = normalize === 'minmax' || normalize === 'range';
    const range = isUnit ? ['0', '1'] : [formatDb(levels.low), formatDb(levels.high)];
    const values = isUnit ? [info.min.toFixed(2), info.max.toFixed(2)] : range;
    const words = [
      t('picture', {
        ...{ rows, columns, seconds: fit.seconds.toFixed(1), rate: formatRate(sampleRate) },
        milliseconds: ((1000 * hopLength) / sampleRate).toFixed(1),
      }),
      t('values', { low: values[0], high: values[1] }),
    ].join(' ');
    this.picture.show({
      ...{ levels, axis, range, padding: t('padding') },
      seconds: (columns * hopLength) / sampleRate,
      soundShare: Math.min(1, fit.natural / columns),
      words: t('described', { name: this.sound.name, words }),
    });
    this.say(words, this.warningsOf(answer), false);
  }

  warningsOf({ info, fit, emptyBands }) {
    const { sound, choice } = this;
    const { lostPercent, seconds, heldSeconds, natural, columns, fittingHop } = fit;
    const warnings = [];
    if (lostPercent > 0) {
      const lost = { percent: lostPercent, seconds: (seconds - heldSeconds).toFixed(1), columns: natural };
      warnings.push(t(fittingHop ? 'lost' : 'lostMuch', { ...lost, hop: fittingHop }));
    }
    if (natural < columns) warnings.push(t('padded', { columns: natural }));
    if (field('frames') === '0') warnings.push(t('natural'));
    if (emptyBands > 0) {
      const hertz = (info.sampleRate / info.fftSize).toFixed(1);
      warnings.push(t('emptyBands', { count: emptyBands, bands: info.melBands, hertz }));
    }
    if (info.min === info.max) warnings.push(t('same'));
    if (choice.seconds > sound.seconds + 1e-6) {
      warnings.push(t('short', { sound: sound.seconds.toFixed(1), segment: choice.seconds }));
    }
    if (sound.isCut) warnings.push(t('cut', { length: formatDuration(sound.seconds) }));
    const sources = this.found.flatMap(({ problem }) => (problem ? [t('folder', { problem })] : []));
    return [...warnings, ...sound.warnings, ...sources];
  }

  /** @param {boolean} isStale whether the picture belongs to fields as they were before */
  say(words, warnings = [], isStale = true) {
    this.box.removeAttribute('aria-busy');
    setText(this.words, words);
    this.warnings.replaceChildren(...warnings.map(text => h('li', {}, icon('exclamation-triangle'), ` ${text}`)));
    show(this.warnings, warnings.length > 0);
    this.view.classList.toggle('earshot-stale', isStale);
    if (!isStale) show(this.view, true);
  }
}

const megabytes = size => ({ megabytes: (size / 1e6).toFixed(1), most: MAX_MEGABYTES });

/** What this dialog calls itself, not to be guessed: its sound is found by it. */
function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Shows the preview in `box`; call `close` of what is returned when the dialog closes. */
export const start = (box, node) => new SpectrogramPreview(box, node);
