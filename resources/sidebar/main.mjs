// The sidebar "Earshot": registers itself with the editor, knows what is looked at, and hands what comes in to the
// views. While it is hidden, it asks for nothing and Node-RED computes nothing for it.
import { AlarmView } from './alarm-view.mjs';
import { onThemeChange } from './colours.mjs';
import { formatScore, h, icon, setText, show, t } from './dom.mjs';
import { FirstSteps } from './first-steps-view.mjs';
import { ANOMALY, NORMAL, ScoreStore } from './score-store.mjs';
import { ScoreView } from './score-view.mjs';
import * as server from './server.mjs';
import { LevelMeter, SpectrogramView } from './sound-view.mjs';
import { starterFlow } from './starter-flow.mjs';
import { ThresholdView } from './threshold-view.mjs';
import { TrainingView } from './training-view.mjs';

const ID = 'earshot';
const SOURCE_TYPES = ['mic-in', 'wav-folder', 'spectrogram'];
const RENEW_MS = 5000;
const REFRESH_MS = 1000;
const REMEMBERED = 'earshot-sidebar';

class Sidebar {
  constructor() {
    this.store = new ScoreStore();
    this.spectrogram = new SpectrogramView();
    this.meter = new LevelMeter();
    this.scoreView = new ScoreView(this.store);
    this.trainingView = new TrainingView({ train: () => this.train('train'), cancel: () => this.train('cancel') });
    this.thresholdView = new ThresholdView(this.store, value => this.applyThreshold(value));
    this.alarmView = new AlarmView(
      action => this.attempt(action),
      () => this.refreshModelSoon(),
    );
    this.steps = new FirstSteps({
      place: (device, minutes) => this.place(device, minutes),
      record: () => this.train('train'),
    });
    this.source = undefined;
    this.model = undefined;
    this.looking = false;
    this.followed = new Map();
    this.build();
    this.onSource = (_topic, event) => this.sourceEvent(event);
    this.onModel = (_topic, event) => this.modelEvent(event);
  }

  build() {
    const chooser = (key, onchange) => h('select', { id: `earshot-${key}`, onchange });
    this.sources = chooser('source', () => this.chooseSource(this.sources.value));
    this.models = chooser('model', () => this.chooseModel(this.models.value));
    const field = (key, select, ...more) =>
      h('div', { class: 'earshot-field' }, h('label', { for: `earshot-${key}` }, t(`label.${key}`)), select, ...more);
    this.sourceButton = h('button', { type: 'button', class: 'red-ui-button', onclick: () => this.pressSource() });
    this.state = h('div', { class: 'earshot-state' });
    this.stateIcon = h('span', { class: 'earshot-state-icon' });
    this.stateWord = h('span', { class: 'earshot-state-word' });
    this.stateNumbers = h('span', { class: 'earshot-state-numbers' });
    this.state.append(this.stateIcon, this.stateWord, this.stateNumbers);
    this.announcer = h('div', { class: 'earshot-unseen', role: 'status' });
    this.problem = h('div', { class: 'earshot-problem', role: 'alert', hidden: true });
    this.stepsSection = section('steps', this.steps.element);
    this.sections = [
      section('sound', field('source', this.sources, this.sourceButton), this.spectrogram.element, this.meter.element),
      section('score', field('model', this.models), this.state, this.scoreView.element),
      section('alarms', this.alarmView.element),
      section('threshold', this.thresholdView.element),
      section('training', this.trainingView.element),
    ];
    this.element = h(
      'div',
      { class: 'earshot', role: 'region', 'aria-label': t('title') },
      this.problem,
      this.stepsSection,
      ...this.sections,
      this.announcer,
    );
  }

  /** What there is to look at changes with every edit. */
  refreshChoices() {
    const byType = type => RED.nodes.filterNodes({ type }).filter(node => !node.d);
    const sources = SOURCE_TYPES.flatMap(type => byType(type));
    const models = [];
    RED.nodes.eachConfig(node => {
      if (node.type === 'audio-model' && !node.d) models.push(node);
    });
    const remembered = RED.settings.getLocal(REMEMBERED) ?? {};
    fill(this.sources, sources, this.source ?? remembered.source, t('choose.noSource'));
    fill(this.models, models, this.model ?? remembered.model, t('choose.noModel'));
    // In an empty workspace the first steps are all there is to see.
    for (const part of this.sections) show(part, sources.length + models.length > 0);
    if (this.sources.value !== (this.source ?? '')) this.chooseSource(this.sources.value);
    if (this.models.value !== (this.model ?? '')) this.chooseModel(this.models.value);
    this.showTraining();
  }

  chooseSource(id) {
    this.source = id || undefined;
    this.follow();
    this.remember();
    this.spectrogram.clear();
    this.meter.clear();
    this.columnsAsked = undefined;
    const node = this.node(this.source);
    this.spectrogram.name = labelOf(node);
    this.spectrogram.setMessage(t(node ? 'sound.waiting' : 'sound.choose'));
    this.showSourceButton();
    if (this.looking) void this.renew();
  }

  chooseModel(id) {
    this.model = id || undefined;
    this.follow();
    this.remember();
    this.store.clear();
    this.training = undefined;
    this.alarmsChanged = undefined;
    this.known = undefined;
    this.threshold = undefined;
    this.trainingView.setCurve([]);
    this.scoreView.name = labelOf(this.node(this.model));
    this.alarmView.update(this.model, [], 0);
    this.showTraining();
    this.showScores();
    if (this.looking) void this.renew().then(() => this.loadModel());
  }

  remember() {
    RED.settings.setLocal(REMEMBERED, { source: this.source, model: this.model });
  }

  /** Whether anybody can see the sidebar. */
  look(visible) {
    if (visible === this.looking) return;
    this.looking = visible;
    clearInterval(this.timer);
    this.follow();
    if (!visible) return;
    this.refreshChoices();
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
    void this.renew().then(() => this.loadModel());
  }

  /** Listens to the events of what is looked at, and to no others. */
  follow() {
    const wanted = new Map();
    if (this.looking && this.source) wanted.set(`audio-anomaly/source/${this.source}`, this.onSource);
    if (this.looking && this.model) wanted.set(`audio-anomaly/model/${this.model}`, this.onModel);
    for (const [topic, listener] of this.followed) if (!wanted.has(topic)) RED.comms.unsubscribe(topic, listener);
    for (const [topic, listener] of wanted) if (!this.followed.has(topic)) RED.comms.subscribe(topic, listener);
    this.followed = wanted;
  }

  /** Says that somebody looks, for what is deployed. */
  async renew() {
    const { source, model } = this;
    let watched = { source: false, model: false };
    let problem = '';
    try {
      if (source || model) watched = await server.watch({ source, model });
    } catch (error) {
      problem = error.message;
    }
    show(this.problem, problem !== '');
    setText(this.problem, problem);
    if (source !== this.source || model !== this.model) return;
    if (source) this.spectrogram.setMessage(t(watched.source ? 'sound.waiting' : 'sound.deploy'));
    this.isSourceDeployed = watched.source;
    this.isModelDeployed = watched.model;
    this.recordWhatWasPlaced();
    this.showSteps();
  }

  sourceEvent({ level, end, epoch }) {
    if (level) this.meter.update(level);
    if (end !== this.spectrogram.end || epoch !== this.spectrogram.format?.epoch) void this.fetchColumns();
  }

  /** One question at a time; what came meanwhile is asked for afterwards. */
  async fetchColumns() {
    const { source, spectrogram } = this;
    if (this.columnsAsked) return;
    this.columnsAsked = source;
    try {
      const answer = await server.columns(source, spectrogram.end, spectrogram.format?.epoch ?? 0);
      if (source === this.source) spectrogram.add(answer);
    } catch {
      // The next event asks again; that nothing answers is told by renew().
    } finally {
      if (this.columnsAsked === source) this.columnsAsked = undefined;
    }
  }

  /** All that is known of the model, when the looking starts or events were missed. */
  async loadModel() {
    const { model } = this;
    if (!model || !this.isModelDeployed) return;
    try {
      const [scores] = await Promise.all([server.scores(model), this.refreshModel()]);
      if (model !== this.model) return;
      this.store.load(scores);
      this.trainingView.setCurve(this.known.curve);
      this.showScores();
    } catch {
      // The next event asks again; that nothing answers is told by renew().
    }
  }

  /** What is known of the model but for its scores. */
  async refreshModel() {
    const { model } = this;
    const known = await server.model(model);
    if (model !== this.model) return;
    this.known = known;
    this.alarmsChanged = known.alarmsChanged;
    this.training = known.training;
    this.threshold = known.threshold;
    this.alarmView.update(this.model, known.alarms, known.marked);
    this.showTraining();
    this.showScores();
  }

  /** Alarms may come by the dozen: asked for once a second at most. */
  refreshModelSoon() {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      if (this.looking && this.model) this.refreshModel().catch(() => {});
    }, REFRESH_MS);
  }

  modelEvent({ from, scores, training, point, threshold, alarmsChanged }) {
    const ended = this.training && training && this.training.phase !== 'done' && training.phase === 'done';
    this.training = training;
    this.threshold = threshold;
    if (point && training?.phase === 'training') this.trainingView.addPoint(point);
    this.showTraining();
    const complete = this.store.update(from, scores);
    this.showScores();
    if (!complete) void this.loadModel();
    else if (ended || alarmsChanged !== this.alarmsChanged) this.refreshModelSoon();
  }

  showScores() {
    this.showThreshold();
    this.showState();
    this.scoreView.redraw();
  }

  showThreshold() {
    this.thresholdView.update(this.known?.normal, this.threshold, this.node(this.threshold?.node));
  }

  /** An edit like any other: it can be undone, marks the flow as changed, and holds after the next deployment. */
  applyThreshold(value) {
    const node = this.node(this.threshold?.node);
    if (!node) return;
    const changes = { method: node.method, value: node.value };
    const wasDirty = RED.nodes.dirty();
    RED.history.push({ t: 'edit', node, changes, changed: node.changed, dirty: wasDirty });
    Object.assign(node, { method: 'manual', value: Number(value.toPrecision(4)), changed: true, dirty: true });
    RED.editor.validateNode(node);
    RED.nodes.dirty(true);
    RED.view.redraw();
    this.thresholdView.reset();
    const words = { node: node.name || t('threshold.itsNode'), value: formatScore(node.value) };
    notify(t('threshold.applied', words), 'success');
  }

  showSteps() {
    const isDone = this.steps.update({
      hasFlow: Boolean(this.source && this.model),
      isDeployed: this.isSourceDeployed && this.isModelDeployed,
      isTrained: Boolean(this.known?.version),
      hasScores: this.store.end > this.store.start,
      training: this.training,
      trainer: this.trainer(),
    });
    if (isDone !== this.stepsDone) this.stepsSection.open = !isDone;
    this.stepsDone = isDone;
  }

  /** "Start listening" was asked for: once its flow runs, the recording starts without another click. */
  recordWhatWasPlaced() {
    if (!this.placed || this.placed.model !== this.model || !this.isSourceDeployed || !this.isModelDeployed) return;
    const { train } = this.placed;
    this.placed = undefined;
    void this.attempt(() => server.train(train, 'train'));
  }

  /** Puts a ready-made flow on a new tab; deploying it is left to the person. */
  place(device, minutes) {
    const placed = starterFlow({ device, minutes, newId: RED.nodes.id, text: key => t(`flow.${key}`) });
    RED.view.importNodes(placed.flow, { generateIds: false, addFlow: false, notify: false });
    RED.workspaces.show(placed.tab);
    this.placed = placed;
    this.chooseSource(placed.mic);
    this.chooseModel(placed.model);
    this.refreshChoices();
    notify(t('steps.placed'), 'success');
  }

  showState() {
    const last = this.store.last();
    const version = this.known?.version;
    const state =
      last?.verdict === ANOMALY ? 'anomaly' : last?.verdict === NORMAL ? 'normal' : last ? 'scored' : 'none';
    this.state.dataset.state = state;
    this.stateIcon.replaceChildren(
      icon({ anomaly: 'exclamation-triangle', normal: 'check-circle', scored: 'circle-o', none: 'circle-o' }[state]),
    );
    setText(this.stateWord, state === 'none' && !version ? t('state.untrained') : t(`state.${state}`));
    const values = last && { score: formatScore(last.score), threshold: formatScore(last.threshold) };
    setText(this.stateNumbers, !last ? '' : Number.isNaN(last.threshold) ? values.score : t('state.against', values));
    this.showSteps();
    if (state === this.announced) return;
    if (state === 'anomaly') setText(this.announcer, t('state.announceAnomaly', values));
    else if (this.announced === 'anomaly' && state === 'normal') setText(this.announcer, t('state.announceNormal'));
    this.announced = state;
  }

  /** The vae-train node that trains this model. */
  trainer() {
    return RED.nodes.filterNodes({ type: 'vae-train' }).find(({ model, d }) => model === this.model && !d);
  }

  showTraining() {
    this.trainingView.update(this.training, this.trainer());
    this.showSteps();
  }

  async train(action) {
    const trainer = this.training?.trainer ?? this.trainer()?.id;
    if (trainer) await this.attempt(() => server.train(trainer, action));
  }

  node(id) {
    return id ? RED.nodes.node(id) : undefined;
  }

  showSourceButton() {
    const type = this.node(this.source)?.type;
    show(this.sourceButton, type === 'mic-in' || type === 'wav-folder');
    const label = t(type === 'wav-folder' ? 'sound.run' : 'sound.toggle');
    this.sourceButton.replaceChildren(icon(type === 'wav-folder' ? 'play' : 'power-off'));
    this.sourceButton.setAttribute('aria-label', label);
    this.sourceButton.title = label;
  }

  async pressSource() {
    const node = this.node(this.source);
    if (node?.type === 'mic-in') await this.attempt(() => server.switchMicrophone(node.id, 'toggle'));
    else if (node) await this.attempt(() => server.runFolder(node.id));
  }

  /** What goes wrong after a press of a button is told where the person looks. */
  async attempt(action) {
    try {
      return await action();
    } catch (error) {
      notify(error.message, 'error');
      return undefined;
    }
  }
}

/** The editor takes notices as HTML. */
const notify = (text, type) => RED.notify($('<span>').text(text).html(), { type, timeout: 5000 });

const labelOf = node => (node ? node.name || RED.utils.getNodeLabel(node, node.type) : '');

function section(key, ...content) {
  return h('details', { class: 'earshot-section', open: true }, h('summary', {}, t(`${key}.title`)), ...content);
}

/** Fills a list of nodes, keeping what is chosen. */
function fill(select, nodes, chosen, nothing) {
  const entries = nodes.map(node => ({ id: node.id, text: `${labelOf(node)} (${node.type})` }));
  const key = JSON.stringify(entries);
  if (select.dataset.entries !== key) {
    select.dataset.entries = key;
    const options = entries.map(({ id, text }) => h('option', { value: id }, text));
    select.replaceChildren(...(options.length > 0 ? options : [h('option', { value: '' }, nothing)]));
    select.disabled = options.length === 0;
  }
  const known = nodes.some(({ id }) => id === chosen);
  select.value = known ? chosen : (nodes[0]?.id ?? '');
}

function start() {
  const sidebar = new Sidebar();
  RED.actions.add('earshot:show-sidebar', () => RED.sidebar.show(ID));
  RED.sidebar.addTab({
    id: ID,
    label: t('title'),
    name: t('title'),
    content: sidebar.element,
    iconClass: 'fa fa-assistive-listening-systems',
    pinned: true,
    action: 'earshot:show-sidebar',
    enableOnEdit: true,
  });
  let onScreen = false;
  const update = () => sidebar.look(onScreen && document.visibilityState === 'visible');
  new IntersectionObserver(entries => {
    onScreen = entries.at(-1).isIntersecting;
    update();
  }).observe(sidebar.element);
  document.addEventListener('visibilitychange', update);
  const refresh = debounced(() => sidebar.looking && sidebar.refreshChoices(), 200);
  for (const event of ['nodes:add', 'nodes:remove', 'nodes:change', 'flows:loaded']) RED.events.on(event, refresh);
  RED.events.on('deploy', () => {
    refresh();
    if (sidebar.looking) setTimeout(() => void sidebar.renew().then(() => sidebar.loadModel()), 500);
  });
  onThemeChange(() => {
    for (const view of [sidebar.spectrogram, sidebar.scoreView, sidebar.trainingView, sidebar.thresholdView])
      view.plot.redraw();
  });
  return sidebar;
}

function debounced(action, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

RED.plugins.registerPlugin('earshot', {
  type: 'earshot-sidebar',
  onadd() {
    this.sidebar = start();
  },
});
