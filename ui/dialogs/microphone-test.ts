// In the dialog of mic-in: tries the microphone with the fields as they are, deployed or not. A test shows the level, a
// recording of three seconds can be heard and seen; both say in a sentence whether that is well.
import type catalogue from '../../nodes/mic-in/locales/en-US/mic-in.json';
import type { SoundLevel } from '../../src/audio/sound-meter';
import { decibels } from '../../src/formats';
import type { ListenLine } from '../../src/live/dialog-messages';
import type { SoundFrames } from '../../src/live/sound-frames';
import { bytesOf } from '../shared/base64';
import { onThemeChange } from '../shared/colours';
import { button, h, icon, setText, show } from '../shared/dom';
import { LevelMeter } from '../shared/level-meter';
import * as server from '../shared/server';
import { SpectrogramView } from '../shared/spectrogram-view';
import { textsOf } from '../shared/texts';
import { textOf } from './fields';
import type { DialogPart } from './part';
import { judge, percentClipped, type Verdict } from './sound-judgement';
import { Trial } from './trial';

const t = textsOf<(typeof catalogue)['mic-in']['test']>('mic-in', 'mic-in.test');

const KINDS = ['level', 'record'] as const;
type Kind = (typeof KINDS)[number];

const ICONS = { level: 'volume-up', record: 'microphone', stop: 'stop' };
const RECORDED_SECONDS = 3;
/** Sentences with numbers change no faster than they can be read. */
const WORDS_EVERY_MS = 500;

/** "−23 dBFS" */
const dbfs = (value: number | null): string => `${decibels(value)}FS`;

/** What is heard, and for how long still. */
type Listening = Extract<ListenLine, { listening: unknown }>['listening'];

class MicrophoneTest extends Trial {
  private readonly buttons: Record<Kind, HTMLButtonElement>;
  private readonly meter = new LevelMeter();
  private readonly progress = h('div', { class: 'earshot-dialog-words' });
  private readonly verdict = h('div', { class: 'earshot-dialog-words earshot-verdict', role: 'status' });
  private readonly spectrogram = new SpectrogramView({ seconds: RECORDED_SECONDS, runs: false, height: 140 });
  private readonly audio = h('audio', { controls: true, 'aria-label': t('playback') });
  private readonly recording: HTMLElement;
  private readonly endTheme: () => void;
  private listening: Listening | undefined;
  /** When a sentence with numbers was written last. */
  private toldAt = 0;
  /** Of all that was heard. */
  private level: SoundLevel | undefined;
  private recorded: SoundFrames | undefined;
  /** Of the recording's WAV file. */
  private pieces: Uint8Array<ArrayBuffer>[] = [];
  private url: string | undefined;

  constructor(box: HTMLElement) {
    super(['device', 'backend', 'sampleRate']);
    const attributes = { class: 'red-ui-button earshot-button' };
    this.buttons = {
      level: button(() => this.press('level'), attributes),
      record: button(() => this.press('record'), attributes),
    };
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

  override close(): void {
    this.endTheme();
    super.close();
  }

  protected override clear(): void {
    setText(this.progress, t('hint'));
    this.verdict.replaceChildren();
    this.listening = undefined;
    this.level = undefined;
    this.recorded = undefined;
    this.pieces = [];
    this.forget();
  }

  /** Ends the recording's life: it is kept here alone. */
  private forget(): void {
    show(this.recording, false);
    this.audio.removeAttribute('src');
    this.audio.load();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = undefined;
  }

  private press(kind: Kind): void {
    if (!this.running) return void this.start(kind);
    this.stop();
    this.conclude();
  }

  private async start(kind: Kind): Promise<void> {
    this.reset();
    setText(this.progress, t('opening', { device: textOf('device') || 'default' }));
    const request = server.listen({ ...this.form(), keep: kind === 'record' }, line => this.take(kind, line));
    this.paint(kind);
    if (await this.answered(request)) this.conclude();
  }

  private take(kind: Kind, line: ListenLine): void {
    if ('listening' in line) {
      this.listening = line.listening;
      this.toldAt = 0;
      show(this.meter.element, true);
    } else if ('now' in line) this.heard(kind, line.now, line.all);
    else if ('spectrogram' in line) this.recorded = line.spectrogram;
    else if ('wav' in line) this.pieces.push(bytesOf(line.wav));
    else this.problem = line.problem;
  }

  private heard(kind: Kind, now: SoundLevel, all: SoundLevel): void {
    this.level = all;
    this.meter.update(now);
    if (performance.now() - this.toldAt < WORDS_EVERY_MS || !this.listening) return;
    this.toldAt = performance.now();
    const { seconds, sampleRate, through } = this.listening;
    const left = Math.max(0, Math.ceil(seconds - all.samples / sampleRate));
    const words = [
      t('levels', { rms: dbfs(now.rms), peak: dbfs(now.peak) }),
      t(kind === 'record' ? 'recording' : 'listening', { seconds: left }),
      ...(through ? [t('through', { name: through, rate: sampleRate })] : []),
    ];
    setText(this.progress, words.join(' '));
  }

  /** The end, by itself or pressed for. */
  private conclude(): void {
    const { level, problem, pieces, recorded } = this;
    setText(this.progress, '');
    if (problem) this.say('failed', t('failed', { problem }));
    else if (level) {
      const verdict = judge(level);
      const values = { level: dbfs(level.rms), peak: dbfs(level.peak), percent: percentClipped(level) };
      this.say(verdict, t(`verdict.${verdict}`, values));
    } else setText(this.progress, t('hint'));
    if (problem || pieces.length === 0) return;
    this.spectrogram.name = t('title');
    this.spectrogram.clear();
    if (recorded) this.spectrogram.add(recorded);
    this.url = URL.createObjectURL(new Blob(pieces, { type: 'audio/wav' }));
    this.audio.src = this.url;
    show(this.recording, true);
  }

  private say(verdict: Verdict | 'failed', words: string): void {
    this.verdict.dataset.verdict = verdict;
    this.verdict.replaceChildren(icon(verdict === 'fine' ? 'check-circle' : 'exclamation-triangle'), ` ${words}`);
  }

  protected override rest(): void {
    this.meter.clear();
    show(this.meter.element, false);
    this.paint();
  }

  /** The button that was pressed ends what it began; the other one waits. */
  private paint(pressed?: Kind): void {
    for (const kind of KINDS) {
      const action = kind === pressed ? 'stop' : kind;
      this.buttons[kind].replaceChildren(icon(ICONS[action]), ` ${t(action)}`);
      this.buttons[kind].disabled = pressed !== undefined && kind !== pressed;
    }
  }
}

export const start = (box: HTMLElement): DialogPart => new MicrophoneTest(box);
