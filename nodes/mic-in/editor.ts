// The dialog of mic-in: the devices there are, and a test of the microphone.
import type { DeviceList } from '../../src/audio/capture/devices';
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { ask, explain, showPart } from '../shared/editor/server';
import { fields } from './fields';

const form = formOf('mic-in', fields);

/** Fills the list of devices, and again whenever another recorder is chosen. */
function offerDevices(): void {
  const device = form.input('device');
  const found = $('#node-input-mic-in-found');
  const note = $('#node-input-mic-in-note');
  const refresh = $('#node-input-mic-in-refresh');
  let latest = 0;

  const show = ({ devices, problem, backend }: Partial<DeviceList> & Pick<DeviceList, 'devices'>): void => {
    const count = devices.length;
    const first = count > 0 ? form.text('found', { count }) : form.text('nothing');
    found.empty().append($('<option>', { value: '' }).text(first));
    for (const { id, description } of devices)
      found.append($('<option>', { value: id }).text(description ? `${id} – ${description}` : id));
    found.prop('disabled', count === 0);
    note.text(problem || (backend ? form.text('recordsWith', { backend }) : ''));
    note.css('color', problem ? 'var(--red-ui-text-color-error)' : 'var(--earshot-muted)');
  };

  const look = (): void => {
    const request = ++latest;
    const ifLatest = (action: () => void): void => {
      if (request === latest) action();
    };
    refresh.prop('disabled', true).find('i').addClass('fa-spin');
    note.text(form.text('searching')).css('color', 'var(--earshot-muted)');
    $.getJSON('audio-anomaly/devices', { backend: form.input('backend').val() || 'auto' })
      .done((answer: DeviceList) => ifLatest(() => show(answer)))
      .fail((xhr: JQueryXHR) =>
        ifLatest(() => show({ devices: [], problem: form.text('error.list', { problem: explain(xhr) }) })),
      )
      .always(() => ifLatest(() => refresh.prop('disabled', false).find('i').removeClass('fa-spin')));
  };

  found.on('change', () => {
    const chosen = found.val();
    if (chosen) device.val(chosen).trigger('change');
    found.val('');
  });
  refresh.on('click', look);
  // Setting the stored value fires 'change' as well; one question is enough.
  form.input('backend').on('change', look);
  if (latest === 0) look();
}

export const dialog = dialogOf(fields, {
  label: ({ device }) => (device !== 'default' ? String(device) : undefined),
  press: node => void ask(form, node, 'toggle'),
  open(node) {
    offerDevices();
    return showPart('microphone-test', node, form.text('test.notLoaded'));
  },
});
