// The first ten minutes, step by step: choose a microphone, record what is normal, train, listen. Each step shows how it
// stands by what Node-RED tells, not by what was clicked.
import { formatDuration, h, icon, setText, show, t, tellChoice } from './dom.mjs';
import * as server from './server.mjs';
import { SEGMENT_SECONDS } from './starter-flow.mjs';
import { isRecording, isTraining } from './training-view.mjs';

const STEPS = ['choose', 'deploy', 'record', 'train', 'listen'];
const ICONS = { done: 'check-circle', now: 'arrow-circle-right', later: 'circle-o' };
const DEFAULT_MINUTES = 5;

export class FirstSteps {
  /** @param {{place: (device: string, minutes: number) => void, record: () => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.device = h(
      'select',
      { id: 'earshot-device', onchange: () => tellChoice(this.device) },
      h('option', { value: 'default' }, 'default'),
    );
    this.minutes = h('input', {
      ...{ type: 'number', id: 'earshot-minutes', min: 0.1, max: 120, step: 'any', value: DEFAULT_MINUTES },
      'aria-label': t('steps.minutes'),
    });
    this.note = h('div', { class: 'earshot-note', role: 'status' });
    this.placeButton = h(
      'button',
      { type: 'button', class: 'red-ui-button earshot-primary', onclick: () => this.place() },
      t('steps.place'),
    );
    this.recordButton = h(
      'button',
      { type: 'button', class: 'red-ui-button earshot-primary', onclick: actions.record },
      t('steps.recordNow'),
    );
    this.words = Object.fromEntries(STEPS.map(step => [step, h('span', { class: 'earshot-step-words' })]));
    this.items = Object.fromEntries(
      STEPS.map(step => [step, h('li', {}, h('span', { class: 'earshot-step-icon' }), this.words[step])]),
    );
    this.form = h(
      'div',
      { class: 'earshot-step-form' },
      h('label', { for: 'earshot-device', class: 'earshot-unseen' }, t('steps.device')),
      h('div', { class: 'earshot-row' }, this.device),
      h(
        'div',
        { class: 'earshot-row' },
        h('label', { for: 'earshot-minutes' }, t('steps.minutesBefore')),
        this.minutes,
        h('span', {}, t('steps.minutesAfter')),
      ),
      this.placeButton,
      this.note,
    );
    this.items.choose.append(this.form);
    this.items.record.append(this.recordButton);
    this.element = h('ol', { class: 'earshot-steps' }, ...STEPS.map(step => this.items[step]));
  }

  place() {
    const minutes = Number(this.minutes.value);
    this.actions.place(this.device.value || 'default', minutes > 0 ? minutes : DEFAULT_MINUTES);
  }

  /** Asks once which microphones there are. */
  async listDevices() {
    if (this.listed) return;
    this.listed = true;
    try {
      const { devices, problem } = await server.devices();
      const chosen = this.device.value;
      if (devices.length > 0) {
        this.device.replaceChildren(
          ...devices.map(({ id, description }) =>
            h('option', { value: id }, description ? `${id} – ${description}` : id),
          ),
        );
        this.device.value = devices.some(({ id }) => id === chosen) ? chosen : devices[0].id;
        tellChoice(this.device);
      }
      setText(this.note, problem ?? '');
    } catch (error) {
      this.listed = false;
      setText(this.note, error.message);
    }
  }

  /**
   * @param {{hasFlow: boolean, isDeployed: boolean, isTrained: boolean, hasScores: boolean, training: any, trainer: any}} now
   * @returns whether all is done
   */
  update({ hasFlow, isDeployed, isTrained, hasScores, training, trainer }) {
    const recording = isRecording(training);
    const learning = isTraining(training);
    const recorded = isTrained || learning;
    const done = {
      choose: hasFlow,
      deploy: hasFlow && isDeployed,
      record: recorded,
      train: isTrained && !learning,
      listen: isTrained && hasScores,
    };
    const current = STEPS.find(step => !done[step]);
    for (const step of STEPS) {
      const state = done[step] ? 'done' : step === current ? 'now' : 'later';
      const item = this.items[step];
      if (item.dataset.state !== state) {
        item.dataset.state = state;
        item.firstChild.replaceChildren(
          icon(ICONS[state]),
          h('span', { class: 'earshot-unseen' }, t(`steps.${state}`)),
        );
        if (state === 'now') item.setAttribute('aria-current', 'step');
        else item.removeAttribute('aria-current');
      }
      setText(this.words[step], t(`steps.${step}`));
    }
    const count = Number(trainer?.count) || 0;
    const span = formatDuration(count * SEGMENT_SECONDS);
    if (recording) {
      const left = formatDuration(Math.max(0, training.wanted - training.collected) * SEGMENT_SECONDS);
      setText(
        this.words.record,
        t('steps.recording', { collected: training.collected, wanted: training.wanted, left }),
      );
    } else if (trainer?.trainWhen === 'asked') setText(this.words.record, t('steps.recordSpan', { span }));
    if (training?.phase === 'training') {
      const { epoch, epochs, secondsLeft } = training;
      setText(this.words.train, t('steps.training', { epoch, epochs, left: formatDuration(secondsLeft) }));
    }
    if (training?.phase === 'failed') setText(this.words.train, t('training.failed', training));
    show(this.form, current === 'choose');
    show(this.recordButton, current === 'record' && !recording && trainer?.trainWhen === 'asked');
    if (current === 'choose') void this.listDevices();
    return current === undefined;
  }
}
