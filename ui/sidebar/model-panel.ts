// The model that is looked at: its scores, alarms, threshold and training, by what Node-RED tells of it.
import { ScoreHistory } from '../../src/alarm/score-history';
import type { ThresholdInUse } from '../../src/live/model-view';
import type { ModelAnswer, ModelEvent } from '../../src/live/sidebar-messages';
import type { Training } from '../../src/live/training';
import { activeNodes, attempt, editThreshold, labelOf, nodeOf } from '../shared/editor';
import * as server from '../shared/server';
import { t } from '../shared/texts';
import { AlarmView } from './alarm-view';
import { Panel } from './panel';
import { ScoreView } from './score-view';
import { section } from './section';
import { StateView } from './state-view';
import { ThresholdView } from './threshold-view';
import { TrainingView } from './training-view';

const REFRESH_MS = 1000;

export interface ModelListeners {
  /** Another model is looked at. */
  onChosen: () => void;
  /** There is anything new about it. */
  onChange: () => void;
}

export class ModelPanel extends Panel<ModelEvent> {
  readonly sections: HTMLElement[];
  readonly state = new StateView();
  training: Training | undefined;
  private readonly onChange: () => void;
  private readonly history = new ScoreHistory();
  private readonly scoreView = new ScoreView(this.history);
  private readonly trainingView: TrainingView;
  private readonly thresholdView: ThresholdView;
  private readonly alarmView: AlarmView;
  private known: ModelAnswer | undefined;
  private threshold: ThresholdInUse | undefined;
  private alarmsChanged: number | undefined;
  private refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor({ onChosen, onChange }: ModelListeners) {
    super('model', t('choose.noModel'), onChosen);
    this.onChange = onChange;
    this.trainingView = new TrainingView({
      train: () => void this.train('train'),
      cancel: () => void this.train('cancel'),
    });
    this.thresholdView = new ThresholdView(this.history, value => this.applyThreshold(value));
    this.alarmView = new AlarmView(() => this.refreshSoon());
    this.sections = [
      section('score', this.chooser.field(), this.state.element, this.scoreView.element),
      section('alarms', this.alarmView.element),
      section('threshold', this.thresholdView.element),
      section('training', this.trainingView.element),
    ];
  }

  protected override show(id: string | undefined): void {
    this.history.clear();
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

  redraw(): void {
    for (const { plot } of [this.scoreView, this.trainingView, this.thresholdView]) plot.redraw();
  }

  /** All that is known of the model, when the looking starts or events were missed. */
  async load(): Promise<void> {
    const { id } = this;
    if (!id || !this.isDeployed) return;
    try {
      const [scores, known] = await Promise.all([server.scores(id), this.refresh(id)]);
      if (id !== this.id) return;
      this.history.decode(scores);
      this.trainingView.setCurve(known.curve);
      this.showScores();
    } catch {
      // The next event asks again; that nothing answers is told by the sidebar.
    }
  }

  /** What is known of the model but for its scores. */
  private async refresh(id: string): Promise<ModelAnswer> {
    const known = await server.model(id);
    if (id !== this.id) return known;
    this.known = known;
    this.alarmsChanged = known.alarmsChanged;
    this.training = known.training ?? undefined;
    this.threshold = known.threshold ?? undefined;
    this.alarmView.update(id, known.alarms, known.marked);
    this.showTraining();
    this.showScores();
    return known;
  }

  /** Alarms may come by the dozen: asked for once a second at most. */
  private refreshSoon(): void {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      if (this.looking && this.id) this.refresh(this.id).catch(() => {});
    }, REFRESH_MS);
  }

  protected override take({ from, scores, training, point, threshold, alarmsChanged }: ModelEvent): void {
    const ended = this.training && this.training.phase !== 'done' && training?.phase === 'done';
    this.training = training;
    this.threshold = threshold;
    if (point && training?.phase === 'training') this.trainingView.addPoint(point);
    this.showTraining();
    const complete = this.history.update(from, scores);
    this.showScores();
    if (!complete) void this.load();
    else if (ended || alarmsChanged !== this.alarmsChanged) this.refreshSoon();
  }

  private showScores(): void {
    const { known, threshold } = this;
    this.thresholdView.update(known?.normal ?? undefined, threshold, nodeOf(threshold?.node));
    this.state.update(this.history.last(), this.isTrained);
    this.scoreView.plot.redraw();
    this.onChange();
  }

  showTraining(): void {
    this.trainingView.update(this.training, this.trainer());
    this.onChange();
  }

  get isTrained(): boolean {
    return Boolean(this.known?.version);
  }

  get hasScores(): boolean {
    return !this.history.isEmpty;
  }

  /** The vae-train node that trains this model. */
  trainer(): EditorNode | undefined {
    return activeNodes(['vae-train']).find(({ model }) => model === this.id);
  }

  async train(action: 'train' | 'cancel'): Promise<void> {
    const trainer = this.training?.trainer ?? this.trainer()?.id;
    if (trainer) await attempt(() => server.train(trainer, action));
  }

  private applyThreshold(value: number): void {
    const node = nodeOf(this.threshold?.node);
    if (!node) return;
    editThreshold(node, value);
    this.thresholdView.reset();
  }
}
