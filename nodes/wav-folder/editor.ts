// The dialog of wav-folder: where labels come from in words, and a look into the folder.
import { dialogOf, notify } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { ask, showPart } from '../shared/editor/server';
import { fields } from './fields';

const form = formOf('wav-folder', fields);

/** The saved property is one text: 'folder', 'none' or the regular expression itself; the dialog asks which of these. */
function offerLabelSources(saved: string): void {
  const labels = form.input('labels');
  const source = $('#node-input-wav-folder-source');
  const named = ['folder', 'none'];
  source.val(named.includes(saved) ? saved : 'name');
  source.on('change', () => {
    const byName = source.val() === 'name';
    $('#node-input-wav-folder-pattern-row').toggle(byName);
    if (!byName) labels.val(source.val() ?? '');
    else if (named.includes(String(labels.val()))) labels.val('');
    labels.trigger('change');
  });
  source.trigger('change');
}

export const dialog = dialogOf(fields, {
  label: ({ folder }) => String(folder),
  press(node) {
    const started = form.text('started', { folder: node.folder });
    ask(form, node, 'run').done(() => notify(started, { type: 'success', timeout: 2000 }));
  },
  open(node) {
    offerLabelSources(String(node.labels || 'folder'));
    return showPart('folder-check', node, form.text('check.notLoaded'));
  },
});
