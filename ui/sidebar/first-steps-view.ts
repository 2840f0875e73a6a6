// The first ten minutes, step by step: choose a microphone, record what is normal, train, listen. Each step shows how it
// stands by what Node-RED tells, not by what was clicked.
import { isRecording, isTraining, type Training } from '../../src/live/training';
import { button, h, icon, setText, show, tellChoice } from '../shared/dom';
import { problemOf } from '../shared/editor';
import * as server from '../shared/server';
import { t } from '../shared/texts';
import { formatDuration } from '../shared/words';
import { SEGMENT_SECONDS } from './starter-flow';

const STEPS = ['choose', 'deploy', 'record', 'train', 'listen'] as const;
type Step = (typeof STEPS)[number];
type StepState = 'done' | 'now' | 'later';

const ICONS: Record<StepState, string> = { done: 'check-circle', now: 'arrow-circle-right', later: 'circle-o' };
const DEFAULT_MINUTES = 5;
const PRIMARY = { class: 'red-ui-button earshot-primary' };

export interface StepActions {
  place: (device: string, minutes: number) => void;
  record: () => void;
}

/** How far the person has come. */
export interface Progress {
  hasFlow: boolean;
  isDeployed: boolean;
  isTrained: boolean;
  hasScores: boolean;
  training: Training | undefined;
  trainer: EditorNode | undefined;
}

class StepItem {
  readonly element: HTMLElement;
  private readonly icon = h('span', { class: 'earshot-step-icon' });
  private readonly words = h('span', { class: 'earshot-step-words' });

  constructor(...further: HTMLElement[]) {
    this.element = h('li', {}, this.icon, this.words, ...further);
  }

  update(state: StepState, words: string): void {
    setText(this.words, words);
    if (this.element.dataset.state === state) return;
    this.element.dataset.state = state;
    this.icon.replaceChildren(icon(ICONS[state]), h('span', { class: 'earshot-unseen' }, t(`steps.${state}`)));
    if (state === 'now') this.element.setAttribute('aria-current', 'step');
    else this.element.removeAttribute('aria-current');
  }
}

export class FirstSteps {
  readonly element: HTMLElement;
  private readonly device: HTMLSelectElement;
  private readonly minutes: HTMLInputElement;
  private readonly note = h('div', { class: 'earshot-note', role: 'status' });
  private readonly form: HTMLElement;
  private readonly recordButton: HTMLButtonElement;
  private readonly items: Record<Step, StepItem>;
  private listed = false;

  constructor(private readonly actions: StepActions) {
    this.device = h(
      'select',
      { id: 'earshot-device', onchange: () => tellChoice(this.device) },
      h('option', { value: 'default' }, 'default'),
    );
    this.minutes = h('input', {
      ...{ type: 'number', id: 'earshot-minutes', min: 0.1, max: 120, step: 'any', value: DEFAULT_MINUTES },
      'aria-label': t('steps.minutes'),
    });
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
      button(() => this.place(), PRIMARY, t('steps.place')),
      this.note,
    );
    this.recordButton = button(() => actions.record(), PRIMARY, t('steps.recordNow'));
    this.items = {
      choose: new StepItem(this.form),
      deploy: new StepItem(),
      record: new StepItem(this.recordButton),
      train: new StepItem(),
      listen: new StepItem(),
    };
    this.element = h('ol', { class: 'earshot-steps' }, ...STEPS.map(step => this.items[step].element));
  }

  private place(): void {
    const minutes = Number(this.minutes.value);
    this.actions.place(this.device.value || 'default', minutes > 0 ? minutes : DEFAULT_MINUTES);
  }

  /** Asks once which microphones there are. */
  private async listDevices(): Promise<void> {
    if (this.listed) return;
    this.listed = true;
    try {
      const { devices, problem } = await server.devices();
      const chosen = this.device.value;
      if (devices.length > 0) {
        const options = devices.map(({ id, description }) =>
          h('option', { value: id }, description ? `${id} – ${description}` : id),
        );
        this.device.replaceChildren(...options);
        this.device.value = devices.some(({ id }) => id === chosen) ? chosen : devices[0].id;
        tellChoice(this.device);
      }
      setText(this.note, problem ?? '');
    } catch (thrown) {
      this.listed = false;
      setText(this.note, problemOf(thrown));
    }
  }

  /** @returns whether all is done */
  update(progress: Progress): boolean {
    const done = stepsDone(progress);
    const current = STEPS.find(step => !done[step]);
    for (const step of STEPS) {
      const state = done[step] ? 'done' : step === current ? 'now' : 'later';
      this.items[step].update(state, wordsOf(step, progress));
    }
    show(this.form, current === 'choose');
    const canRecord = !isRecording(progress.training) && progress.trainer?.trainWhen === 'asked';
    show(this.recordButton, current === 'record' && canRecord);
    if (current === 'choose') void this.listDevices();
    return current === undefined;
  }
}

function stepsDone({ hasFlow, isDeployed, isTrained, hasScores, training }: Progress): Record<Step, boolean> {
  const learning = isTraining(training);
  return {
    choose: hasFlow,
    deploy: hasFlow && isDeployed,
    record: isTrained || learning,
    train: isTrained && !learning,
    listen: isTrained && hasScores,
  };
}

function wordsOf(step: Step, { training, trainer }: Progress): string {
  if (step === 'record' && training && isRecording(training)) {
    const { collected, wanted } = training;
    const left = formatDuration(Math.max(0, wanted - collected) * SEGMENT_SECONDS);
    return t('steps.recording', { collected, wanted, left });
  }
  if (step === 'record' && trainer?.trainWhen === 'asked') {
    const count = Number(trainer.count) || 0;
    return t('steps.recordSpan', { span: formatDuration(count * SEGMENT_SECONDS) });
  }
  if (step === 'train' && training?.phase === 'training') {
    const { epoch, epochs, secondsLeft } = training;
    return t('steps.training', { epoch, epochs, left: formatDuration(secondsLeft) });
  }
  if (step === 'train' && training?.phase === 'failed') return t('training.failed', { problem: training.problem });
  return t(`steps.${step}`);
}
