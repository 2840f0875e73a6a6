// The sidebar "Earshot": registers itself with the editor, knows what is looked at, and hands what comes in to the
// views. While it is hidden, it asks for nothing and Node-RED computes nothing for it.
import { onThemeChange } from './colours.mjs';
import { formatScore, h, icon, setText, show, t } from './dom.mjs';
import { ANOMALY, NORMAL, ScoreStore } from './score-store.mjs';
import { ScoreView } from './score-view.mjs';
import * as server from './server.mjs';
import { LevelMeter, SpectrogramView } from './sound-view.mjs';
import { TrainingView } from './training-view.mjs';

const ID = 'earshot';
const SOURCE_TYPES = ['mic-in', 'wav-folder', 'spectrogram'];
const RENEW_MS = 5000;
const REMEMBERED = 'earshot-sidebar';

class Sidebar {
  constructor() {
    this.store = new ScoreStore();
    this.spectrogram = new SpectrogramView();
    this.meter = new LevelMeter();
    this.scoreView = new ScoreView(this.store);
    this.trainingView = new TrainingView({ train: () => this.train('train'), cancel: () => this.train('cancel') });
    this.source = undefined;
    this.model = undefined;
    this.looking = false;
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
    this.announcer = h('div', { class: 'earshot-unseen', 'aria-live': 'assertive' });
    this.problem = h('div', { class: 'earshot-problem', role: 'alert', hidden: true });
    this.element = h(
      'div',
      { class: 'earshot', role: 'region', 'aria-label': t('title') },
      this.problem,
      section('sound', field('source', this.sources, this.sourceButton), this.spectrogram.element, this.meter.element),
      section('score', field('model', this.models), this.state, this.scoreView.element),
      section('training', this.trainingView.element),
      this.announcer,
    );
  }

  /** What there is to look at changes with every edit. */
  refreshChoices() {
    const byType = type => RED.nodes.filterNodes({ type }).filter(node => !node.d);
    const sources = SOURCE_TYPES.flatMap(type => byType(type));
    const models = [];
    RED.nodes.eachConfig(node => {
      if (node.type === 'audio-model') models.push(node);
    });
    const remembered = RED.settings.getLocal(REMEMBERED) ?? {};
    fill(this.sources, sources, this.source ?? remembered.source, t('choose.noSource'));
    fill(this.models, models, this.model ?? remembered.model, t('choose.noModel'));
    if (this.sources.value !== (this.source ?? '')) this.chooseSource(this.sources.value);
    if (this.models.value !== (this.model ?? '')) this.chooseModel(this.models.value);
    this.showTraining();
  }

  chooseSource(id) {
    this.follow('source', this.source, undefined);
    this.source = id || undefined;
    this.remember();
    this.spectrogram.clear();
    this.meter.clear();
    this.columnsAsked = undefined;
    const node = this.node(this.source);
    this.spectrogram.name = labelOf(node);
    this.spectrogram.setMessage(t(node ? 'sound.waiting' : 'sound.choose'));
    this.showSourceButton();
    if (this.looking) {
      this.follow('source', undefined, this.source);
      void this.renew();
    }
  }

  chooseModel(id) {
    this.follow('model', this.model, undefined);
    this.model = id || undefined;
    this.remember();
    this.store.clear();
    this.training = undefined;
    this.alarmsChanged = undefined;
    this.trainingView.setCurve([]);
    this.showState();
    this.showTraining();
    this.scoreView.redraw();
    if (this.looking) {
      this.follow('model', undefined, this.model);
      void this.renew().then(() => this.loadModel());
    }
  }

  remember() {
    RED.settings.setLocal(REMEMBERED, { source: this.source, model: this.model });
  }

  /** Whether anybody can see the sidebar. */
  look(visible) {
    if (visible === this.looking) return;
    this.looking = visible;
    clearInterval(this.timer);
    if (!visible) {
      this.follow('source', this.source, undefined);
      this.follow('model', this.model, undefined);
      return;
    }
    this.refreshChoices();
    this.follow('source', undefined, this.source);
    this.follow('model', undefined, this.model);
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
    void this.renew().then(() => this.loadModel());
  }

  follow(kind, before, now) {
    const listener = kind === 'source' ? this.onSource : this.onModel;
    if (before) RED.comms.unsubscribe(`audio-anomaly/${kind}/${before}`, listener);
    if (now && this.looking) RED.comms.subscribe(`audio-anomaly/${kind}/${now}`, listener);
  }

  /** Says that somebody looks, for what is deployed. */
  async renew() {
    const { source, model } = this;
    const ask = async looked => {
      try {
        await server.watch(looked);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const [noSource, noModel] = await Promise.all([source && ask({ source }), model && ask({ model })]);
    const problem = [noSource, noModel].find(error => error && error.status !== 404);
    show(this.problem, Boolean(problem));
    if (problem) setText(this.problem, problem.message);
    if (source === this.source && source) this.spectrogram.setMessage(t(noSource ? 'sound.deploy' : 'sound.waiting'));
    this.isModelDeployed = Boolean(model) && !noModel;
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
      const [known, scores] = await Promise.all([server.model(model), server.scores(model)]);
      if (model !== this.model) return;
      this.store.load(scores);
      this.trainingView.setCurve(known.curve);
      this.takeModel(known);
    } catch {
      // As above.
    }
  }

  takeModel(known) {
    this.known = known;
    this.alarmsChanged = known.alarmsChanged;
    this.training = known.training;
    this.threshold = known.threshold;
    this.showTraining();
    this.showState();
    this.scoreView.redraw();
  }

  modelEvent({ from, scores, training, point, threshold, alarmsChanged }) {
    const ended = this.training && training && this.training.phase !== 'done' && training.phase === 'done';
    this.training = training;
    this.threshold = threshold;
    if (point && training?.phase === 'training') this.trainingView.addPoint(point);
    this.showTraining();
    const complete = this.store.update(from, scores);
    this.showState();
    this.scoreView.redraw();
    if (!complete || ended || alarmsChanged !== this.alarmsChanged) void this.loadModel();
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
      RED.notify($('<span>').text(error.message).html(), 'error');
      return undefined;
    }
  }
}

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
    for (const view of [sidebar.spectrogram, sidebar.scoreView, sidebar.trainingView]) view.plot.redraw();
  });
}

function debounced(action, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

RED.plugins.registerPlugin('earshot', { type: 'earshot-sidebar', onadd: start });
