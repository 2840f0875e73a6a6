// What is looked at in the sidebar: a source of sound and a model, and above them the first steps towards both. While it is
// hidden, it asks for nothing and Node-RED computes nothing for it.
import { h, section, setText, show, t } from './dom.mjs';
import { activeModels, activeNodes, attempt, notify } from './editor.mjs';
import { FirstSteps } from './first-steps-view.mjs';
import { ModelPanel } from './model-panel.mjs';
import * as server from './server.mjs';
import { SourcePanel } from './source-panel.mjs';
import { starterFlow } from './starter-flow.mjs';

const SOURCE_TYPES = ['mic-in', 'wav-folder', 'spectrogram'];
const RENEW_MS = 5000;
const REMEMBERED = 'earshot-sidebar';

export class Sidebar {
  constructor() {
    this.looking = false;
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
      record: () => this.model.train('train'),
    });
    this.problem = h('div', { class: 'earshot-problem', role: 'alert', hidden: true });
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
  look(visible) {
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
  refreshChoices() {
    const sources = activeNodes(SOURCE_TYPES);
    const models = activeModels();
    const remembered = RED.settings.getLocal(REMEMBERED) ?? {};
    // In an empty workspace the first steps are all there is to see.
    for (const part of this.sections) show(part, sources.length + models.length > 0);
    this.source.chooser.offer(sources, remembered.source);
    this.model.chooser.offer(models, remembered.model);
    this.model.showTraining();
  }

  remember() {
    RED.settings.setLocal(REMEMBERED, { source: this.source.id, model: this.model.id });
  }

  /** Asks anew for all there is to see. */
  async reload() {
    await this.renew();
    await this.model.load();
  }

  /** Says that somebody looks, for what is deployed. */
  async renew() {
    const [source, model] = [this.source.id, this.model.id];
    let watched = { source: false, model: false };
    let problem = '';
    try {
      if (source || model) watched = await server.watch({ source, model });
    } catch (error) {
      problem = error.message;
    }
    show(this.problem, problem !== '');
    setText(this.problem, problem);
    if (source !== this.source.id || model !== this.model.id) return;
    this.source.setDeployed(watched.source);
    this.model.isDeployed = watched.model;
    this.recordWhatWasPlaced();
    this.showSteps();
  }

  showSteps() {
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
  place(device, minutes) {
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
  recordWhatWasPlaced() {
    const { placed, source, model } = this;
    if (!placed || placed.model !== model.id || !source.isDeployed || !model.isDeployed) return;
    this.placed = undefined;
    void attempt(() => server.train(placed.train, 'train'));
  }

  redraw() {
    this.source.redraw();
    this.model.redraw();
  }
}
