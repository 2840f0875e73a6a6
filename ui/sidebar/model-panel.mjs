// The model that is looked at: its scores, alarms, threshold and training, by what Node-RED tells of it.
import { AlarmView } from './alarm-view.mjs';
import { section, t } from './dom.mjs';
import { activeNodes, attempt, editThreshold, labelOf, nodeOf } from './editor.mjs';
import { Panel } from './panel.mjs';
import { ScoreStore } from './score-store.mjs';
import { ScoreView } from './score-view.mjs';
import * as server from './server.mjs';
import { StateView } from './state-view.mjs';
import { ThresholdView } from './threshold-view.mjs';
import { TrainingView } from './training-view.mjs';

const REFRESH_MS = 1000;

export class ModelPanel extends Panel {
  /** @param {{onChosen: () => void, onChange: () => void}} listeners to another model, and to anything new about it */
  constructor({ onChosen, onChange }) {
    super('model', t('choose.noModel'), onChosen);
    this.onChange = onChange;
    this.store = new ScoreStore();
    this.state = new StateView();
    this.scoreView = new ScoreView(this.store);
    this.trainingView = new TrainingView({ train: () => this.train('train'), cancel: () => this.train('cancel') });
    this.thresholdView = new ThresholdView(this.store, value => this.applyThreshold(value));
    this.alarmView = new AlarmView(attempt, () => this.refreshSoon());
    this.sections = [
      section('score', this.chooser.field(), this.state.element, this.scoreView.element),
      section('alarms', this.alarmView.element),
      section('threshold', this.thresholdView.element),
      section('training', this.trainingView.element),
    ];
  }

  show(id) {
    this.store.clear();
    this.training = undefined;
    this.alarmsChanged = undefined;
    this.known = undefined;
    this.threshold = undefined;
    this.trainingView.setCurve([]);
    this.scoreView.name = labelOf(nodeOf(id));
    this.alarmView.update(id, [], 0);
    this.showTraining();
    this.showScores();
  }

  redraw() {
    for (const view of [this.scoreView, this.trainingView, this.thresholdView]) view.plot.redraw();
  }

  /** All that is known of the model, when the looking starts or events were missed. */
  async load() {
    const { id } = this;
    if (!id || !this.isDeployed) return;
    try {
      const [scores] = await Promise.all([server.scores(id), this.refresh()]);
      if (id !== this.id) return;
      this.store.load(scores);
      this.trainingView.setCurve(this.known.curve);
      this.showScores();
    } catch {
      // The next event asks again; that nothing answers is told by the sidebar.
    }
  }

  /** What is known of the model but for its scores. */
  async refresh() {
    const { id } = this;
    const known = await server.model(id);
    if (id !== this.id) return;
    this.known = known;
    this.alarmsChanged = known.alarmsChanged;
    this.training = known.training;
    this.threshold = known.threshold;
    this.alarmView.update(id, known.alarms, known.marked);
    this.showTraining();
    this.showScores();
  }

  /** Alarms may come by the dozen: asked for once a second at most. */
  refreshSoon() {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      if (this.looking && this.id) this.refresh().catch(() => {});
    }, REFRESH_MS);
  }

  take({ from, scores, training, point, threshold, alarmsChanged }) {
    const ended = this.training && training && this.training.phase !== 'done' && training.phase === 'done';
    this.training = training;
    this.threshold = threshold;
    if (point && training?.phase === 'training') this.trainingView.addPoint(point);
    this.showTraining();
    const complete = this.store.update(from, scores);
    this.showScores();
    if (!complete) void this.load();
    else if (ended || alarmsChanged !== this.alarmsChanged) this.refreshSoon();
  }

  showScores() {
    this.thresholdView.update(this.known?.normal, this.threshold, nodeOf(this.threshold?.node));
    this.state.update(this.store.last(), this.isTrained);
    this.scoreView.redraw();
    this.onChange();
  }

  showTraining() {
    this.trainingView.update(this.training, this.trainer());
    this.onChange();
  }

  get isTrained() {
    return Boolean(this.known?.version);
  }

  get hasScores() {
    return this.store.end > this.store.start;
  }

  /** The vae-train node that trains this model. */
  trainer() {
    return activeNodes(['vae-train']).find(({ model }) => model === this.id);
  }

  async train(action) {
    const trainer = this.training?.trainer ?? this.trainer()?.id;
    if (trainer) await attempt(() => server.train(trainer, action));
  }

  applyThreshold(value) {
    const node = nodeOf(this.threshold?.node);
    if (!node) return;
    editThreshold(node, value);
    this.thresholdView.reset();
  }
}
