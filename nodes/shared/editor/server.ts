// How a dialog asks Node-RED something, and says what went wrong.
import { refusalSentence } from '../../../src/live/refusal';
import { notify } from './dialog';
import { type Form, PACKAGE } from './form';

/** Whatever the server answers instead of an answer, in the words that the sidebar has for it. */
export function explain({ status, responseJSON }: JQueryXHR): string {
  const { error } = (responseJSON ?? {}) as { error?: string };
  return refusalSentence(status, error, (key, values) => RED._(`${PACKAGE}/earshot:earshot.error.${key}`, values));
}

/** Asks the runtime's node to do something, e.g. "toggle"; if it does not, says why. */
export const ask = (form: Form, node: EditorNode, verb: string): JQueryXHR =>
  $.ajax({
    ...{ url: `audio-anomaly/${form.type}/${encodeURIComponent(node.id)}/${verb}`, type: 'POST' },
    // The runtime takes nothing else, see nodes/shared/routes.ts.
    ...{ contentType: 'application/json', data: '{}' },
  }).fail((xhr: JQueryXHR) => notify(form.text('error.button', { problem: explain(xhr) }), 'error'));

interface Part {
  close(): void;
}

/**
 * Loads a part of the dialog, resources/dialogs/NAME.mjs, whose `start(box, node)` fills the element with the id NAME
 * and returns what can be closed. Without it the fields work all the same; `notLoaded` says so.
 * @returns what to call when the dialog closes
 */
export function showPart(name: string, node: EditorNode, notLoaded: string): () => void {
  let part: Part | undefined;
  let closed = false;
  const box = document.getElementById(name)!;
  const file = `./resources/@earshot/node-red-audio-anomaly/dialogs/${name}.mjs`;
  import(file)
    .then((module: { start(box: HTMLElement, node: EditorNode): Part }) => {
      if (!closed) part = module.start(box, node);
    })
    .catch(() => {
      if (!closed) box.textContent = notLoaded;
    });
  return () => {
    closed = true;
    part?.close();
  };
}
