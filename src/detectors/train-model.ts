// A training: every detector that there is learns from the same examples, and what they learnt becomes the next version
// of the model, in one file.
import { UserError } from '../errors';
import type { FrontEnd } from '../messages';
import { describeScores, type ScoreDistribution } from '../stats/distribution';
import type { ModelDescription } from '../store/model-file';
import { ModelStore } from '../store/model-store';
import type { Tensor } from '../store/safetensors';
import type { Examples, FitWatch, SegmentDetector, SegmentFit } from './detector';
import { joinParts, plainJson } from './parts';
import { segmentDetectors } from './registry';
import type { VaeReport } from './vae/detector';
import type { TrainingProgress } from './vae/train';

export interface ModelOrder {
  frontEnd: FrontEnd;
  /** Where all models live, and the name of this one. */
  folder: string;
  name: string;
  /** By the id of the detector; one without settings has none of its own. */
  settings: Readonly<Record<string, unknown>>;
}

type ScoreSummary = Omit<ScoreDistribution, 'values'>;

/** What came of one detector. */
export interface DetectorReport {
  detector: string;
  seconds: number;
  /** How normal sound scores, by the id of the score's kind. */
  scores: Record<string, ScoreSummary>;
}

/** `msg.payload` of a model message. */
export interface ModelReport extends VaeReport {
  name: string;
  version: number;
  file: string;
  /** Reconstruction losses of the training segments. */
  scores: ScoreSummary;
  segments: number;
  /** All that learnt, the VAE among them. */
  detectors: DetectorReport[];
  /** What is wrong with the model, and what to change; empty where nothing is. */
  warnings: string[];
}

/** All of a model but its version and place: what learnt is over, and only the saving is left. */
export interface FinishedModel extends Pick<ModelOrder, 'folder' | 'name'> {
  tensors: Record<string, Tensor>;
  description: Pick<ModelDescription, 'frontEnd' | 'scores' | 'detectors'>;
  report: Omit<ModelReport, 'version' | 'file'>;
}

/** What came of a training whose model could not be saved: it can be, later. */
export interface UnsavedModel {
  unsaved: FinishedModel;
  /** What stands in the way, in words. */
  problem: string;
}

interface Fitted {
  detector: SegmentDetector;
  fit: SegmentFit;
  seconds: number;
}

/**
 * Fits, saves, reports. A detector that needs more examples than there are is left out, with a warning.
 * @throws UserError as the fits; `too-few-examples` where no detector has enough; Cancelled
 */
export async function trainModel(
  order: ModelOrder,
  examples: Examples,
  watch: FitWatch<TrainingProgress>,
): Promise<ModelReport | UnsavedModel> {
  let last: TrainingProgress | undefined;
  const tell = (progress: TrainingProgress): void => {
    last = progress;
    watch.tell(progress);
  };
  const fitted: Fitted[] = [];
  const warnings: string[] = [];
  try {
    for (const detector of segmentDetectors()) {
      const started = performance.now();
      try {
        const fit = await fitDetector(detector, examples, order.settings[detector.id], { ...watch, tell });
        fitted.push({ detector, fit, seconds: (performance.now() - started) / 1000 });
        warnings.push(...fit.warnings);
      } catch (thrown) {
        const isTooFew = thrown instanceof UserError && thrown.code === 'too-few-examples';
        if (!isTooFew || detector.id === 'vae') throw thrown;
        warnings.push(thrown.message);
      }
    }
    if (last) watch.tell({ ...last, phase: 'saving', secondsLeft: 0 });
    return saveModel(finish(order, fitted, examples, warnings));
  } finally {
    for (const { fit } of fitted) await fit.close?.();
  }
}

/**
 * Fits one detector.
 * @throws UserError `too-few-examples`, or as the fit
 */
export async function fitDetector<Settings, Progress, Report>(
  detector: SegmentDetector<Settings, Progress, Report>,
  examples: Examples,
  settings: Settings,
  watch: FitWatch<Progress>,
): Promise<SegmentFit<Report>> {
  const { id, leastExamples } = detector;
  if (examples.count < leastExamples) {
    throw new UserError(
      'too-few-examples',
      `${examples.count} segments were collected; ${id} learns from at least ${leastExamples}, better 100 or more, of what is normal. Record more.`,
    );
  }
  return detector.fit(examples, settings, watch);
}

/** Saves a finished model as its next version, and removes the oldest. Synchronous: for a worker thread. */
export function saveModel(finished: FinishedModel): ModelReport | UnsavedModel {
  const { folder, name, tensors, description, report } = finished;
  try {
    return { ...report, ...new ModelStore(folder, name).save(tensors, description) };
  } catch (thrown) {
    if (thrown instanceof UserError) return { unsaved: withOwnMemory(finished), problem: thrown.message };
    throw thrown;
  }
}

/** Its tensors lie in the memory of a network that learns the next model in it. */
function withOwnMemory(finished: FinishedModel): FinishedModel {
  const copies = Object.entries(finished.tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.slice() },
  ]);
  return { ...finished, tensors: Object.fromEntries(copies) };
}

function finish(
  { frontEnd, folder, name }: ModelOrder,
  fitted: readonly Fitted[],
  { count }: Examples,
  warnings: string[],
): FinishedModel {
  const byDetector = fitted.map(({ detector, fit, seconds }) => {
    const scores = Object.entries(fit.scores).map(([kind, values]) => [kind, describeScores(values)] as const);
    return { detector: detector.id, part: fit.part, seconds, scores: Object.fromEntries(scores) };
  });
  const { tensors, detectors } = joinParts(
    Object.fromEntries(byDetector.map(({ detector, part }) => [detector, part])),
  );
  const scores: Record<string, ScoreDistribution> = Object.assign({}, ...byDetector.map(one => one.scores));
  const reports = byDetector.map(one => ({
    ...{ detector: one.detector, seconds: one.seconds },
    scores: Object.fromEntries(Object.entries(one.scores).map(([kind, all]) => [kind, summaryOf(all)])),
  }));
  const vae = fitted.find(({ detector }) => detector.id === 'vae')?.fit.report as VaeReport;
  return {
    ...{ folder, name, tensors },
    description: { frontEnd: plainJson(frontEnd), scores: plainJson(scores), detectors },
    report: {
      ...{ name, segments: count, ...vae },
      ...{ scores: summaryOf(scores.rl), detectors: reports, warnings },
    },
  };
}

const summaryOf = ({ count, mean, std, min, max }: ScoreDistribution): ScoreSummary => ({ count, mean, std, min, max });
