// In the dialog of mic-in: tries the microphone with the fields as they are, deployed or not. A test shows the level, a
// recording of three seconds can be heard and seen; both say in a sentence whether that is well.
import { onThemeChange } from '../sidebar/colours.mjs';
import { formatDb, h, icon, setText, show } from '../sidebar/dom.mjs';
import * as server from '../sidebar/server.mjs';
import { LevelMeter, SpectrogramView } from '../sidebar/sound-view.mjs';
import { judge, percentClipped } from './sound-judgement.mjs';
import { Trial } from './trial.mjs';

const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/mic-in:mic-in.test.${key}`, values);

const ICONS = { level: 'volume-up', record: 'microphone', stop: 'stop' };
const RECORDED_SECONDS = 3;
/** Sentences with numbers change at the pace of reading. */
const WORDS_EVERY_MS = 500;

/** "−23 dBFS" */
const dbfs = value => `${formatDb(value)}FS`;
const levels = ({ rms, peak }) => t('levels', { rms: dbfs(rms), peak: dbfs(peak) });

class MicrophoneTest extends Trial {
  constructor(box) {
    super(['device', 'backend', 'sampleRate']);
    const button = kind =>
      h('button', { type: 'button', class: 'red-ui-button earshot-button', onclick: () => this.press(kind) });
    this.buttons = { level: button('level'), record: button('record') };
    this.meter = new LevelMeter();
    this.progress = h('div', { class: 'earshot-dialog-words' });
    this.verdict = h('div', { class: 'earshot-dialog-words earshot-verdict', role: 'status' });
    this.spectrogram = new SpectrogramView({ seconds: RECORDED_SECONDS, runs: false, height: 140 });
    this.audio = h('audio', { controls: true, 'aria-label': t('playback') });
    this.recording = h('div', { class: 'earshot-recording', hidden: true }, this.spectrogram.element, this.audio);
    box.replaceChildren(
      h('div', { class: 'earshot-row' }, this.buttons.level, this.buttons.record),
      this.meter.element,
      this.progress,
      this.verdict,
      this.recording,
    );
    this.endTheme = onThemeChange(() => this.spectrogram.plot.redraw());
    this.reset();
  }

  close() {
    this.endTheme();
    super.close();
  }

  clear() {
    setText(this.progress, t('hint'));
    this.verdict.replaceChildren();
    this.level = undefined;
    this.pieces = [];
    this.forget();
  }

  /** Ends the recording's life: it is kept here alone. */
  forget() {
    show(this.recording, false);
    this.audio.removeAttribute('src');
    this.audio.load();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = undefined;
  }

  press(kind) {
    if (!this.running) return void this.start(kind);
    this.stop();
    this.conclude();
  }

  async start(kind) {
    this.reset();
    const form = this.form();
    setText(this.progress, t('opening', { device: form.device || 'default' }));
    const request = server.listen({ ...form, keep: kind === 'record' }, line => this.take(kind, line));
    this.paint(kind);
    if (await this.answered(request)) this.conclude();
  }

  take(kind, { listening, now, all, picture, wav, problem }) {
    if (listening) {
      const { through, sampleRate } = listening;
      this.told = 0;
      this.say = seconds => {
        const left = t(kind === 'record' ? 'recording' : 'listening', {
          seconds: Math.max(0, Math.ceil(listening.seconds - seconds)),
        });
        return through ? `${left} ${t('through', { name: through, rate: sampleRate })}` : left;
      };
      this.secondsOf = level => level.samples / sampleRate;
      show(this.meter.element, true);
    }
    if (now) this.heard(now, all);
    if (picture) this.picture = picture;
    if (wav) this.pieces.push(Uint8Array.from(atob(wav), letter => letter.charCodeAt(0)));
    if (problem) this.problem = problem;
  }

  heard(now, all) {
    this.level = all;
    this.meter.update(now);
    if (performance.now() - this.told < WORDS_EVERY_MS) return;
    this.told = performance.now();
    setText(this.progress, `${levels(now)} ${this.say(this.secondsOf(all))}`);
  }

  /** The end, by itself or pressed for. */
  conclude() {
    const { level, problem, pieces } = this;
    setText(this.progress, '');
    if (problem) this.judge('failed', 'exclamation-triangle', t('failed', { problem }));
    else if (level) {
      const verdict = judge(level);
      const values = { level: dbfs(level.rms), peak: dbfs(level.peak), percent: percentClipped(level) };
      this.judge(
        verdict,
        verdict === 'fine' ? 'check-circle' : 'exclamation-triangle',
        t(`verdict.${verdict}`, values),
      );
    } else setText(this.progress, t('hint'));
    if (problem || pieces.length === 0) return;
    this.spectrogram.name = t('title');
    this.spectrogram.clear();
    this.spectrogram.add(this.picture);
    this.url = URL.createObjectURL(new Blob(pieces, { type: 'audio/wav' }));
    this.audio.src = this.url;
    show(this.recording, true);
  }

  judge(verdict, mark, words) {
    this.verdict.dataset.verdict = verdict;
    this.verdict.replaceChildren(icon(mark), ` ${words}`);
  }

  /** Nothing is going on. */
  rest() {
    this.meter.clear();
    show(this.meter.element, false);
    this.paint();
  }

  /** The button that was pressed ends what it began; the other one waits. */
  paint(kind) {
    for (const [name, button] of Object.entries(this.buttons)) {
      const action = name === kind ? 'stop' : name;
      button.replaceChildren(icon(ICONS[action]), ` ${t(action)}`);
      button.disabled = kind !== undefined && name !== kind;
    }
  }
}

/** @param {HTMLElement} box @returns {{close: () => void}} */
export const start = box => new MicrophoneTest(box);
