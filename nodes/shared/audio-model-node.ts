// What the other nodes see of an audio-model config node. Its worker and its files are its own business.
import type { Node, NodeAPI } from 'node-red';
import type { Drawing, DrawingRequest } from '../../src/detectors/drawing';
import type { EngineSettings } from '../../src/engine/compute-engine';
import { UserError } from '../../src/errors';
import {
  type FrontEnd,
  frontEndDifference,
  frontEndOf,
  type ScoreInfo,
  type SpectrogramInfo,
} from '../../src/messages';
import type { ScoreDistribution } from '../../src/stats/distribution';
import type { ModelId } from '../../src/store/model-id';
import type { ModelStore } from '../../src/store/model-store';
import type { ScoringRequest, ScoringResult } from '../../src/tasks/scoring-service';
import { Refusal } from './answer';
import { type Status, shortMessage } from './shell';

/** The model version in use. */
export interface ModelSummary extends ModelId {
  /** Of the audio-model node. */
  id: string;
  name: string;
  version: number;
  frontEnd: FrontEnd;
  /** Frames of a spectrogram that hold sound; those behind were padding in all of the training set. */
  frames: number;
  /** How normal sound scores, by the id of the score's kind; a model from before a kind was there lacks it. */
  scores: Record<string, ScoreDistribution>;
}

export interface AudioModelNode extends Node {
  /** The newest usable version, undefined before the first training. */
  summary(): ModelSummary | undefined;
  /** Calls back when another version comes into use; returns how to stop that. */
  onVersion(listener: (summary: ModelSummary) => void): () => void;
}

/** What training and scoring nodes need besides. */
export interface AudioModel extends AudioModelNode {
  readonly modelName: string;
  /** Where all models live. */
  readonly folder: string;
  /** Threads for training. */
  readonly threads: number;
  /** What trains and scores. */
  readonly engine: EngineSettings;
  /** Why the chosen engine cannot be used, if so: it is not installed. */
  engineProblem(): UserError | undefined;
  readonly store: ModelStore;
  /** Looks for a new version now, without waiting for the folder's watch to tell. */
  refresh(): void;
  /** Scores with the newest whole version, and says which that was. */
  score(request: ScoringRequest): Promise<ScoringResult & { model: ModelSummary }>;
  /** Has the newest whole version draw spectrograms, and says which that was. */
  draw(request: DrawingRequest): Promise<{ drawings: Drawing[]; model: ModelSummary }>;
  /** Segments left out because scoring could not keep up. */
  droppedSegments(): number;
}

/**
 * The audio-model node that `field` of a node points to.
 * @throws UserError `no-model` where the field is empty or the config node is missing or disabled
 */
export function audioModelOf<T extends AudioModelNode = AudioModelNode>(RED: NodeAPI, id: unknown): T {
  if (typeof id !== 'string' || id === '') {
    throw new UserError(
      'no-model',
      'no audio model is chosen; expected an audio-model. Open the node and choose or add one.',
    );
  }
  const node = RED.nodes.getNode(id) as T | null;
  if (!node || typeof node.summary !== 'function') {
    throw new UserError(
      'no-model',
      `audio model ${id} is missing or disabled; expected an audio-model config node. Open the node and choose or add one.`,
    );
  }
  return node;
}

/**
 * The audio-model node that a question from the editor names.
 * @throws Refusal 404 where it does not run
 */
export function deployedModel(RED: NodeAPI, id: string): AudioModel {
  const node = RED.nodes.getNode(id);
  if (node?.type === 'audio-model' && 'summary' in node) return node as AudioModel;
  throw new Refusal(404, 'this audio model is not deployed or is disabled', 'not-deployed');
}

/**
 * Checks that a spectrogram is of the kind that the model was trained on; nothing to check before the first training.
 * @throws UserError `other-settings` naming what differs
 */
export function expectSettingsOf(summary: ModelSummary | undefined, info: SpectrogramInfo): void {
  if (!summary) return;
  const difference = frontEndDifference(frontEndOf(info), summary.frontEnd);
  if (!difference) return;
  throw new UserError(
    'other-settings',
    `model "${summary.name}" was trained on other spectrograms: this one has ${difference}. Use the same spectrogram settings here as for the training, or train again.`,
  );
}

/** As messages name it. */
export const namedInMessages = ({ id, name, version, checksum }: ModelSummary): ScoreInfo['model'] => ({
  ...{ id, name, version, checksum },
});

/** Shows under a node which version of its model is in use, now and whenever that changes; returns how to stop that. */
export function showModel(model: AudioModel, status: Status): () => void {
  const show = (summary?: ModelSummary): void => {
    const problem = model.engineProblem();
    if (problem) status.warn(shortMessage(problem));
    else if (summary) status.idle(`${summary.name} v${summary.version} ready`);
    else status.idle('not trained yet');
  };
  show(model.summary());
  return model.onVersion(show);
}
