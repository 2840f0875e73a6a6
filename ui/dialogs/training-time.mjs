// In the dialog of a vae-train node: how long a training takes on the computer that Node-RED runs on. Node-RED trains
// the network for a moment and measures; the number of segments and epochs is reckoned in here.
import { formatDuration, h, setText } from '../sidebar/dom.mjs';
import * as server from '../sidebar/server.mjs';
import { Latest } from './latest.mjs';

const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/vae-train:vae-train.time.${key}`, values);

/** What the time of one picture depends on. */
const NETWORK = ['preset', 'filters', 'kernels', 'strides', 'latentDim', 'batchNorm', 'batchSize'];
const PLAIN = ['#vae-train-bins', '#vae-train-frames', '#node-input-variational', '#node-input-model'];
/** What it is multiplied by. */
const AMOUNT = ['epochs', 'sweep', 'sweepCount'];
const SEGMENTS = 150;
/** As few as vae-train trains on. */
const FEWEST = 3;
/** What Node-RED refuses in its own language, by code → our sentence. */
const REFUSALS = { busy: 'busy', training: 'training', 'too-slow': 'tooSlow' };

const input = name => $(`#node-input-${name}`);
/** A field, or what the preset brings for it. */
const filled = name => Number(input(name).val() || input(name).attr('placeholder'));

class TrainingTime {
  constructor(box, node) {
    const words = 'training-time-words';
    this.segments = h('input', {
      ...{ type: 'number', id: 'vae-train-segments', min: FEWEST, step: 1, value: SEGMENTS },
      'aria-describedby': words,
    });
    this.words = h('div', { id: words, class: 'earshot-dialog-words', 'aria-live': 'polite' });
    Object.assign(this.segments.style, { width: '80px', margin: '0 6px' });
    const label = h('label', { for: 'vae-train-segments', style: 'width: auto' }, t('for'));
    box.replaceChildren(h('div', { class: 'earshot-row' }, label, ' ', this.segments, ' ', t('segments')), this.words);
    this.pending(t('measuring'));
    this.questions = new Latest(() => this.ask(), {
      answer: pace => this.measured(pace),
      fail: error => this.refuse(error),
    });
    this.changed = () => this.questions.soon();
    this.reckoned = () => this.show();
    this.network = $([...PLAIN, ...NETWORK.map(name => `#node-input-${name}`)].join());
    this.amount = $(AMOUNT.map(name => `#node-input-${name}`).join()).add(this.segments);
    this.network.on('input change', this.changed);
    this.amount.on('input change', this.reckoned);
    this.questions.soon();
    void this.prefill(node);
  }

  close() {
    this.questions.close();
    this.asked?.abort();
    this.network.off('input change', this.changed);
    this.amount.off('input change', this.reckoned);
  }

  /** As many segments as the running node has, or will have. */
  async prefill(node) {
    const wanted = input('trainWhen').val() === 'complete' ? 0 : Number(input('count').val());
    if (wanted > 0) this.segments.value = wanted;
    const id = input('model').val();
    // Of a model that is not deployed as it stands nothing is known yet.
    const model = RED.nodes.node(id);
    if (!model || model.changed) return this.show();
    const known = await server.model(id).catch(() => undefined);
    const { trainer, collected } = known?.training ?? {};
    if (trainer === node.id && collected > 0 && collected > wanted) this.segments.value = collected;
    this.show();
  }

  ask() {
    this.pending(t('measuring'));
    const fields = Object.fromEntries(NETWORK.map(name => [name, input(name).val()]));
    fields.variational = input('variational').is(':checked');
    fields.threads = Number(RED.nodes.node(input('model').val())?.threads) || 0;
    for (const side of ['bins', 'frames']) fields[side] = $(`#vae-train-${side}`).val();
    this.asked = server.pace(fields);
    return this.asked;
  }

  measured(pace) {
    this.pace = pace;
    this.show();
  }

  refuse({ code, message }) {
    // What does not fit stands in words in the summary above.
    this.pending(code === 'config' ? '' : REFUSALS[code] ? t(REFUSALS[code]) : message);
  }

  /** Nothing is measured: why, in words. */
  pending(reason) {
    this.pace = undefined;
    this.reason = reason;
    this.show();
  }

  show() {
    const segments = Number(this.segments.value);
    const isNumber = Number.isInteger(segments) && segments >= FEWEST;
    $(this.segments).toggleClass('input-error', !isNumber).attr('aria-invalid', !isNumber);
    if (!isNumber) return setText(this.words, t('notSegments', { value: this.segments.value, min: FEWEST }));
    if (!this.pace) return setText(this.words, this.reason);
    const sweeps = input('sweep').is(':checked') ? Number(input('sweepCount').val()) || 1 : 1;
    const times = segments * filled('epochs') * sweeps;
    const { typical, least, most, threads } = this.pace;
    const [about, from, to] = [typical, least, most].map(each => formatDuration(each * times));
    setText(this.words, times > 0 ? t('about', { about, from, to, threads }) : '');
  }
}

/** Shows the time in `box`; call `close` of what is returned when the dialog closes. */
export const start = (box, node) => new TrainingTime(box, node);
