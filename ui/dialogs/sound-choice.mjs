// Which sound a preview is made of: the last segment or a file of a source before the node, a file of this computer, or an
// example; and which second of it. Says how such a sound would come to the node: its rate and the length of its segments.
import { h, icon, setText, show } from '../sidebar/dom.mjs';

const SOURCES = ['mic-in', 'wav-folder'];
const FILE_TYPES = 'audio/*,.wav,.wave,.mp3,.flac,.ogg,.oga,.opus';
/** Of a sound that no source cuts. */
const SEGMENT_SECONDS = 2;
const STEP_SECONDS = 0.1;

const numberOf = value => Number(value) || 0;

export class SoundChoice {
  /**
   * @param {object} node whose dialog it is
   * @param {(key: string, values?: object) => string} t texts of the dialog
   * @param {() => void} changed another sound, or another place in it
   */
  constructor(node, t, changed) {
    Object.assign(this, { t, changed });
    this.sources = RED.nodes.getAllUpstreamNodes(node).filter(({ type }) => SOURCES.includes(type));
    this.select = h('select', { id: 'spectrogram-preview-sound', onchange: () => this.pick() });
    this.again = h(
      'button',
      {
        ...{ type: 'button', class: 'red-ui-button earshot-button', title: t('again'), 'aria-label': t('again') },
        onclick: () => this.pick(),
      },
      icon('refresh'),
    );
    this.file = h('input', {
      ...{ type: 'file', accept: FILE_TYPES, hidden: true, 'aria-label': t('own') },
      onchange: () => this.takeOwn(),
    });
    const own = h(
      'button',
      { type: 'button', class: 'red-ui-button earshot-button', onclick: () => this.file.click() },
      icon('folder-open-o'),
      ` ${t('own')}`,
    );
    this.slider = h('input', {
      ...{ type: 'range', id: 'spectrogram-preview-from', min: 0, step: STEP_SECONDS, value: 0 },
      oninput: () => this.move(),
    });
    this.place = h('output', { for: 'spectrogram-preview-from', 'aria-live': 'off' });
    this.stretch = h(
      'div',
      { class: 'earshot-row earshot-stretch', 'aria-live': 'off', hidden: true },
      h('label', { for: 'spectrogram-preview-from' }, t('from')),
      this.slider,
      this.place,
    );
    this.element = h(
      'div',
      {},
      h(
        'div',
        { class: 'earshot-row earshot-sound-choice' },
        h('label', { for: 'spectrogram-preview-sound' }, t('sound')),
        this.select,
        this.again,
        own,
        this.file,
      ),
      this.stretch,
    );
    this.choices = [];
  }

  /** What there is to choose from. @param {object[]} found as the server tells of the sources */
  offer(found) {
    const { t } = this;
    for (const { id, segment, files } of found) {
      const source = this.sources.find(node => node.id === id);
      const name = RED.utils.getNodeLabel(source, source.type);
      if (segment) this.add(t('segment', { name }), { kind: 'segment', source, at: segment.at });
      if (!files?.names.length) continue;
      const group = h('optgroup', { label: name });
      this.select.append(group);
      for (const file of files.names) this.add(file, { kind: 'file', source, name: file }, group);
      if (files.isCut) group.append(h('option', { disabled: true }, t('more')));
    }
    this.add(t('example'), { kind: 'example', source: this.sources[0] });
    const newest = this.choices.filter(({ at }) => at).sort((a, b) => b.at - a.at)[0];
    this.choose(newest ?? this.choices[0]);
  }

  add(label, choice, group = this.select) {
    this.choices.push(choice);
    group.append(h('option', { value: this.choices.length - 1 }, label));
    return choice;
  }

  choose(choice) {
    this.select.value = String(this.choices.indexOf(choice));
    this.pick();
  }

  /** The sound chosen, or the one that stands there now in place of it. */
  pick() {
    this.current = { ...this.choices[Number(this.select.value)] };
    this.slider.value = 0;
    show(this.again, this.current.kind === 'segment');
    this.changed();
  }

  takeOwn() {
    const [file] = this.file.files;
    // The same file can be chosen again when it has changed.
    this.file.value = '';
    if (file) this.choose(this.add(file.name, { kind: 'own', source: this.sources[0], file }));
  }

  /** Hz that the sound comes to the node at; 0: its own. */
  get sampleRate() {
    const { kind, source } = this.current;
    return kind === 'file' || kind === 'own' ? numberOf(source?.sampleRate) : 0;
  }

  /** Length of a segment; 0: all of the sound. */
  get seconds() {
    const { kind, source } = this.current;
    if (kind === 'segment') return 0;
    return source ? numberOf(source.segmentSeconds) : SEGMENT_SECONDS;
  }

  /** Where in the sound the segment starts, in seconds. */
  get from() {
    return this.stretch.hidden ? 0 : Number(this.slider.value);
  }

  /** The sound is there, so many seconds of it. */
  setLength(length) {
    const last = this.seconds > 0 ? length - this.seconds : 0;
    show(this.stretch, last > STEP_SECONDS);
    this.slider.max = String(Math.max(0, last));
    this.length = length;
    this.sayPlace();
  }

  move() {
    this.sayPlace();
    this.changed();
  }

  sayPlace() {
    const words = this.t('place', { from: this.from.toFixed(1), length: this.length.toFixed(1) });
    setText(this.place, words);
    this.slider.setAttribute('aria-valuetext', words);
  }
}
