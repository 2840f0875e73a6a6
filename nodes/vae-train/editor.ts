// The dialog of vae-train: what its network looks like and how long a training takes, kept up to date as fields change.
import { spaced } from '../../src/formats';
import { dialogOf, labelOfModel, notify } from '../shared/editor/dialog';
import { fillFrom, formOf } from '../shared/editor/form';
import { ask, showPart } from '../shared/editor/server';
import { fields } from './fields';
import type { NetworkSummary } from './network-route';
import { RECIPES } from './recipes';

const form = formOf('vae-train', fields);

const NETWORK_FIELDS = [
  ...(['preset', 'filters', 'kernels', 'strides', 'latentDim'] as const),
  ...(['batchNorm', 'prior', 'components', 'batchSize'] as const),
];
/** Pause in typing before the runtime is asked, milliseconds. */
const PAUSE = 200;

/** The size of the spectrograms that will come: of the nearest spectrogram node before this one. */
function sizeBefore(node: EditorNode): { bins: number; frames: number } {
  const found = RED.nodes.getAllUpstreamNodes(node).find(({ type }) => type === 'spectrogram');
  const isWhole = found?.scale === 'linear' && !Number(found.fMin) && !Number(found.fMax);
  const bins = isWhole ? Number(found.fftSize) / 2 + 1 : Number(found?.melBands);
  return { bins: bins || 128, frames: Number(found?.frames) || 128 };
}

/** Keeps the summary of the network up to date while the fields change; the runtime reckons it. */
function showNetwork(node: EditorNode): void {
  const [bins, frames] = [$('#vae-train-bins'), $('#vae-train-frames')];
  const size = sizeBefore(node);
  bins.val(size.bins);
  frames.val(size.frames);
  const box = $('#vae-train-network');
  const show = (content: string | JQuery, isError: boolean): JQuery =>
    box
      .toggleClass('vae-train-misfit', isError)
      .empty()
      .append(typeof content === 'string' ? $('<span>').text(content) : content);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const look = (): void => {
    const model = RED.nodes.node(String(form.input('model').val()));
    const query = {
      ...Object.fromEntries(NETWORK_FIELDS.map(field => [field, form.input(field).val()])),
      ...{ bins: bins.val(), frames: frames.val(), threads: Number(model?.threads) || 0 },
      variational: form.input('variational').is(':checked'),
    };
    const question = ++asked;
    $.getJSON('audio-anomaly/network', query)
      .done((answer: NetworkSummary | { problem: string }) => {
        if (question !== asked) return;
        if ('problem' in answer) show(answer.problem, true);
        else show(summary(answer), false);
      })
      .fail(({ status }: JQueryXHR) => {
        if (question === asked) show(form.text('network.unknown', { status }), true);
      });
  };
  const soon = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  };
  const inputs = [...NETWORK_FIELDS, 'variational' as const, 'model' as const].map(field => form.input(field));
  for (const input of [bins, frames, ...inputs]) input.on('input change', soon);
  look();
}

function summary({ layers, parameters, trainingBytes }: NetworkSummary): JQuery {
  const list = $('<ol>').append(layers.map(layer => $('<li>').text(layer)));
  const values = { parameters: spaced(parameters), megabytes: spaced(Math.ceil(trainingBytes / 2 ** 20)) };
  return $('<div>').append($('<p>').text(form.text('network.size', values)), list);
}

export const dialog = dialogOf(fields, {
  label: shown => labelOfModel(form, 'label.short', shown),
  press(node) {
    ask(form, node, 'toggle').done(({ did }: { did: string }) =>
      notify(form.text(`button.${did}`), { type: 'success', timeout: 2000 }),
    );
  },
  open(node) {
    fillFrom(form, $('#vae-train-recipe'), RECIPES);
    showNetwork(node);
    return showPart('training-time', node, form.text('time.notLoaded'));
  },
});
