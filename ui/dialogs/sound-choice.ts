// Which sound a preview is made of: the last segment or a file of a source before the node, a file of this computer, or an
// example; and which second of it. Says how such a sound would come to the node: its rate and the length of its segments.
import type { PreviewSource } from '../../src/live/dialog-messages';
import { button, h, icon, setText, show } from '../shared/dom';
import { labelOf } from '../shared/editor';
import { t } from './spectrogram-texts';

const SOURCES = ['mic-in', 'wav-folder'];
const FILE_TYPES = 'audio/*,.wav,.wave,.mp3,.flac,.ogg,.oga,.opus';
/** Of a sound that no source cuts. */
const SEGMENT_SECONDS = 2;
const STEP_SECONDS = 0.1;
const BUTTON = { class: 'red-ui-button earshot-button' };

const numberOf = (value: unknown): number => Number(value) || 0;

/** A sound in the list; `source` is the node that would bring it. */
export type Sound =
  | { kind: 'segment'; source: EditorNode; at: number }
  | { kind: 'file'; source: EditorNode; name: string }
  | { kind: 'own'; source?: EditorNode; file: File }
  | { kind: 'example'; source?: EditorNode };

export class SoundChoice {
  readonly element: HTMLElement;
  /** Sources of sound before the node, as the editor has them. */
  readonly sources: EditorNode[];
  /** The sound chosen; another object when it is chosen again, for it may have changed. */
  current: Sound | undefined;
  private readonly select: HTMLSelectElement;
  private readonly again: HTMLButtonElement;
  private readonly file: HTMLInputElement;
  private readonly slider: HTMLInputElement;
  private readonly place = h('output', { for: 'spectrogram-preview-from', 'aria-live': 'off' });
  private readonly stretch: HTMLElement;
  /** In the order of the list. */
  private readonly choices: Sound[] = [];
  /** Of the sound, in seconds. */
  private length = 0;

  /** @param changed another sound, or another place in it */
  constructor(
    node: EditorNode,
    private readonly changed: () => void,
  ) {
    this.sources = RED.nodes.getAllUpstreamNodes(node).filter(({ type }) => SOURCES.includes(type));
    this.select = h('select', { id: 'spectrogram-preview-sound', onchange: () => this.pick() });
    const again = { ...BUTTON, title: t('again'), 'aria-label': t('again') };
    this.again = button(() => this.pick(), again, icon('refresh'));
    this.file = h('input', {
      ...{ type: 'file', accept: FILE_TYPES, hidden: true, 'aria-label': t('own') },
      onchange: () => this.takeOwn(),
    });
    this.slider = h('input', {
      ...{ type: 'range', id: 'spectrogram-preview-from', min: 0, step: STEP_SECONDS, value: 0 },
      oninput: () => this.move(),
    });
    this.stretch = h(
      'div',
      { class: 'earshot-row earshot-stretch', 'aria-live': 'off', hidden: true },
      h('label', { for: this.slider.id }, t('from')),
      this.slider,
      this.place,
    );
    const choice = h(
      'div',
      { class: 'earshot-row earshot-sound-choice' },
      h('label', { for: this.select.id }, t('sound')),
      this.select,
      this.again,
      button(() => this.file.click(), BUTTON, icon('folder-open-o'), ` ${t('own')}`),
      this.file,
    );
    this.element = h('div', {}, choice, this.stretch);
  }

  /** What there is to choose from. */
  offer(found: readonly PreviewSource[]): void {
    let newest: Extract<Sound, { kind: 'segment' }> | undefined;
    for (const { id, segment, files } of found) {
      const source = this.sources.find(node => node.id === id);
      if (!source) continue;
      const name = labelOf(source);
      if (segment) {
        const sound = { kind: 'segment', source, at: segment.at } as const;
        this.add(t('segment', { name }), sound);
        if (!newest || sound.at > newest.at) newest = sound;
      }
      if (!files?.names.length) continue;
      const group = h('optgroup', { label: name });
      this.select.append(group);
      for (const file of files.names) this.add(file, { kind: 'file', source, name: file }, group);
      if (files.isCut) group.append(h('option', { disabled: true }, t('more')));
    }
    this.add(t('example'), { kind: 'example', source: this.sources[0] });
    this.choose(newest ?? this.choices[0]);
  }

  private add(label: string, sound: Sound, group: HTMLElement = this.select): void {
    this.choices.push(sound);
    group.append(h('option', { value: this.choices.length - 1 }, label));
  }

  private choose(sound: Sound): void {
    this.select.value = String(this.choices.indexOf(sound));
    this.pick();
  }

  /** The sound chosen, or the one that stands there now in place of it. */
  private pick(): void {
    this.current = { ...this.choices[Number(this.select.value)] };
    this.slider.value = '0';
    show(this.again, this.current.kind === 'segment');
    this.changed();
  }

  private takeOwn(): void {
    const file = this.file.files?.[0];
    // The same file can be chosen again when it has changed.
    this.file.value = '';
    if (!file) return;
    const sound: Sound = { kind: 'own', source: this.sources[0], file };
    this.add(file.name, sound);
    this.choose(sound);
  }

  /** Hz that the sound comes to the node at; 0: its own. */
  get sampleRate(): number {
    const { kind, source } = this.current ?? {};
    return kind === 'file' || kind === 'own' ? numberOf(source?.sampleRate) : 0;
  }

  /** Length of a segment; 0: all of the sound. */
  get seconds(): number {
    const { kind, source } = this.current ?? {};
    if (kind === 'segment') return 0;
    return source ? numberOf(source.segmentSeconds) : SEGMENT_SECONDS;
  }

  /** Where in the sound the segment starts, in seconds. */
  get from(): number {
    return this.stretch.hidden ? 0 : Number(this.slider.value);
  }

  /** The sound is there, so many seconds of it. */
  setLength(length: number): void {
    const last = this.seconds > 0 ? length - this.seconds : 0;
    show(this.stretch, last > STEP_SECONDS);
    this.slider.max = String(Math.max(0, last));
    this.length = length;
    this.sayPlace();
  }

  private move(): void {
    this.sayPlace();
    this.changed();
  }

  private sayPlace(): void {
    const words = t('place', { from: this.from.toFixed(1), length: this.length.toFixed(1) });
    setText(this.place, words);
    this.slider.setAttribute('aria-valuetext', words);
  }
}
