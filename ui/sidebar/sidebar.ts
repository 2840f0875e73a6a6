// What is looked at in the sidebar: a source of sound and a model, and above them the first steps towards both. While it is
// hidden, it asks for nothing and Node-RED computes nothing for it.
import type { Watched } from '../../src/live/sidebar-messages';
import { h, setText, show } from '../shared/dom';
import { activeModels, activeNodes, attempt, notify, problemOf } from '../shared/editor';
import * as server from '../shared/server';
import { t } from '../shared/texts';
import { FirstSteps } from './first-steps-view';
import { ModelPanel } from './model-panel';
import { section } from './section';
import { SourcePanel } from './source-panel';
import { type StarterFlow, starterFlow } from './starter-flow';

const SOURCE_TYPES = ['mic-in', 'wav-folder', 'spectrogram'];
const RENEW_MS = 5000;
const REMEMBERED = 'earshot-sidebar';

export class Sidebar {
  readonly element: HTMLElement;
  looking = false;
  private readonly source: SourcePanel;
  private readonly model: ModelPanel;
  private readonly steps: FirstSteps;
  private readonly stepsSection: HTMLDetailsElement;
  private readonly problem = h('div', { class: 'earshot-problem', role: 'alert', hidden: true });
  private readonly sections: HTMLElement[];
  private timer: ReturnType<typeof setInterval> | undefined;
  private stepsDone: boolean | undefined;
  /** The ready-made flow, until its recording has been started. */
  private placed: StarterFlow | undefined;

  constructor() {
    this.source = new SourcePanel(() => {
      this.remember();
      if (this.looking) void this.renew();
    });
    this.model = new ModelPanel({
      onChosen: () => {
        this.remember();
        if (this.looking) void this.reload();
      },
      onChange: () => this.showSteps(),
    });
    this.steps = new FirstSteps({
      place: (device, minutes) => this.place(device, minutes),
      record: () => void this.model.train('train'),
    });
    this.stepsSection = section('steps', this.steps.element);
    this.sections = [this.source.element, ...this.model.sections];
    this.element = h(
      'div',
      { class: 'earshot', role: 'region', 'aria-label': t('title') },
      this.problem,
      this.stepsSection,
      ...this.sections,
      this.model.state.announcer,
    );
  }

  /** Whether anybody can see the sidebar. */
  look(visible: boolean): void {
    if (visible === this.looking) return;
    this.looking = visible;
    clearInterval(this.timer);
    this.source.look(visible);
    this.model.look(visible);
    if (!visible) return;
    this.refreshChoices();
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
    void this.reload();
  }

  /** What there is to look at changes with every edit. */
  refreshChoices(): void {
    const sources = activeNodes(SOURCE_TYPES);
    const models = activeModels();
    const remembered = (RED.settings.getLocal(REMEMBERED) ?? {}) as Watched;
    // In an empty workspace the first steps are all there is to see.
    for (const part of this.sections) show(part, sources.length + models.length > 0);
    this.source.chooser.offer(sources, remembered.source);
    this.model.chooser.offer(models, remembered.model);
    this.model.showTraining();
  }

  private remember(): void {
    const looked: Watched = { source: this.source.id, model: this.model.id };
    RED.settings.setLocal(REMEMBERED, looked);
  }

  /** Asks anew for all there is to see. */
  async reload(): Promise<void> {
    await this.renew();
    await this.model.load();
  }

  /** Says that somebody looks, for what is deployed. */
  private async renew(): Promise<void> {
    const [source, model] = [this.source.id, this.model.id];
    let watched = { source: false, model: false };
    let problem = '';
    try {
      if (source || model) watched = await server.watch({ source, model });
    } catch (thrown) {
      problem = problemOf(thrown);
    }
    show(this.problem, problem !== '');
    setText(this.problem, problem);
    if (source !== this.source.id || model !== this.model.id) return;
    this.source.setDeployed(watched.source);
    this.model.isDeployed = watched.model;
    this.recordWhatWasPlaced();
    this.showSteps();
  }

  private showSteps(): void {
    const { source, model } = this;
    const isDone = this.steps.update({
      hasFlow: Boolean(source.id && model.id),
      isDeployed: source.isDeployed && model.isDeployed,
      isTrained: model.isTrained,
      hasScores: model.hasScores,
      training: model.training,
      trainer: model.trainer(),
    });
    if (isDone !== this.stepsDone) this.stepsSection.open = !isDone;
    this.stepsDone = isDone;
  }

  /** Puts a ready-made flow on a new tab; deploying it is left to the person. */
  private place(device: string, minutes: number): void {
    const placed = starterFlow({ device, minutes, newId: RED.nodes.id, text: key => t(`flow.${key}`) });
    RED.view.importNodes(placed.flow, { generateIds: false, addFlow: false, notify: false });
    RED.workspaces.show(placed.tab);
    this.placed = placed;
    this.source.chooser.set(placed.mic);
    this.model.chooser.set(placed.model);
    this.refreshChoices();
    notify(t('steps.placed'), 'success');
  }

  /** "Start listening" was asked for: once its flow runs, the recording starts without another click. */
  private recordWhatWasPlaced(): void {
    const { placed, source, model } = this;
    if (!placed || placed.model !== model.id || !source.isDeployed || !model.isDeployed) return;
    this.placed = undefined;
    void attempt(() => server.train(placed.train, 'train'));
  }

  redraw(): void {
    this.source.redraw();
    this.model.redraw();
  }
}
