// In the dialog of a vae-train node: how long a training takes on the computer that Node-RED runs on. Node-RED trains
// the network for a moment and measures; the number of segments and epochs is multiplied in here.
import type catalogue from '../../nodes/vae-train/locales/en-US/vae-train.json';
import type { TimeEstimate } from '../../src/live/dialog-messages';
import { h, setText } from '../shared/dom';
import { nodeOf, problemOf } from '../shared/editor';
import * as server from '../shared/server';
import { textsOf } from '../shared/texts';
import { formatDuration } from '../shared/words';
import { fieldOf, fieldsOf, inputOf, onFieldChange, textOf } from './fields';
import { Latest } from './latest';
import type { DialogPart } from './part';

const t = textsOf<(typeof catalogue)['vae-train']['time']>('vae-train', 'vae-train.time');

/** What the time of one segment depends on, beside the size of the spectrograms. */
const NETWORK = ['preset', 'filters', 'kernels', 'strides', 'latentDim', 'batchNorm', 'batchSize', 'variational'];
const SIDES = ['bins', 'frames'];
/** What it is multiplied by. */
const AMOUNT = ['epochs', 'sweep', 'sweepCount'];
const SEGMENTS = 150;
/** As few as vae-train trains on. */
const FEWEST = 3;
/** What Node-RED refuses in its own language, by code → our sentence. */
const REFUSALS = { busy: 'busy', training: 'training', 'too-slow': 'tooSlow' } as const;

const sideInput = (side: string): HTMLInputElement | null =>
  document.querySelector<HTMLInputElement>(`#vae-train-${side}`);

/** A field, or what the preset brings for it. */
function filled(name: string): number {
  const input = inputOf(name);
  return Number(input?.value || input?.getAttribute('placeholder'));
}

class TrainingTime implements DialogPart {
  private readonly segments: HTMLInputElement;
  private readonly words: HTMLElement;
  private readonly questions: Latest<TimeEstimate>;
  private readonly unwatch: (() => void)[];
  private asked: server.Question<TimeEstimate> | undefined;
  private estimate: TimeEstimate | undefined;
  /** Why there is none, in words. */
  private reason = '';

  constructor(box: HTMLElement, node: EditorNode) {
    this.words = h('div', { id: 'training-time-words', class: 'earshot-dialog-words', 'aria-live': 'polite' });
    this.segments = h('input', {
      ...{ type: 'number', id: 'vae-train-segments', min: FEWEST, step: 1, value: SEGMENTS },
      ...{ 'aria-describedby': this.words.id, style: 'width: 80px; margin: 0 6px' },
    });
    const label = h('label', { for: this.segments.id, style: 'width: auto' }, t('for'));
    box.replaceChildren(h('div', { class: 'earshot-row' }, label, ' ', this.segments, ' ', t('segments')), this.words);
    this.pending(t('measuring'));
    this.questions = new Latest(() => this.ask(), {
      answer: estimate => {
        this.estimate = estimate;
        this.show();
      },
      fail: error => this.refuse(error),
    });
    this.unwatch = [
      onFieldChange([...NETWORK.map(inputOf), ...SIDES.map(sideInput), inputOf('model')], () => this.questions.soon()),
      onFieldChange([...AMOUNT.map(inputOf), this.segments], () => this.show()),
    ];
    this.questions.soon();
    void this.prefill(node);
  }

  close(): void {
    this.questions.close();
    this.asked?.abort();
    for (const end of this.unwatch) end();
  }

  /** As many segments as the running node has, or will have. */
  private async prefill(node: EditorNode): Promise<void> {
    const wanted = textOf('trainWhen') === 'complete' ? 0 : Number(fieldOf('count'));
    if (wanted > 0) this.segments.value = String(wanted);
    const model = nodeOf(textOf('model'));
    // Of a model that is not deployed as it stands nothing is known yet.
    if (!model || model.changed) return this.show();
    const known = await server.model(model.id).catch(() => undefined);
    const { trainer, collected = 0 } = known?.training ?? {};
    if (trainer === node.id && collected > wanted) this.segments.value = String(collected);
    this.show();
  }

  private ask(): Promise<TimeEstimate> {
    this.pending(t('measuring'));
    const sides = Object.fromEntries(SIDES.map(side => [side, sideInput(side)?.value]));
    const threads = Number(nodeOf(textOf('model'))?.threads) || 0;
    this.asked = server.timeEstimate({ ...fieldsOf(NETWORK), ...sides, threads });
    return this.asked;
  }

  private refuse(error: unknown): void {
    const code = error instanceof server.Refused ? error.code : undefined;
    // What does not fit stands in words in the summary above.
    if (code === 'config') this.pending('');
    else if (code && code in REFUSALS) this.pending(t(REFUSALS[code as keyof typeof REFUSALS]));
    else this.pending(problemOf(error));
  }

  /** Nothing is measured: why, in words. */
  private pending(reason: string): void {
    this.estimate = undefined;
    this.reason = reason;
    this.show();
  }

  private show(): void {
    const { value } = this.segments;
    const segments = Number(value);
    const isNumber = Number.isInteger(segments) && segments >= FEWEST;
    this.segments.classList.toggle('input-error', !isNumber);
    this.segments.setAttribute('aria-invalid', String(!isNumber));
    setText(this.words, isNumber ? this.timeOf(segments) : t('notSegments', { value, min: FEWEST }));
  }

  /** The time for so many segments in words, or why there is none. */
  private timeOf(segments: number): string {
    if (!this.estimate) return this.reason;
    const sweeps = fieldOf('sweep') ? Number(fieldOf('sweepCount')) || 1 : 1;
    const times = segments * filled('epochs') * sweeps;
    const { typical, least, most, threads } = this.estimate;
    const [about, from, to] = [typical, least, most].map(each => formatDuration(each * times));
    return times > 0 ? t('about', { about, from, to, threads }) : '';
  }
}

export const start = (box: HTMLElement, node: EditorNode): DialogPart => new TrainingTime(box, node);
