// What the edit dialog of a threshold node asks while its fields change: where the line lies among the scores of normal
// segments, and what it would have made of the last scores. Reckoned by the rules and the alarm that the node runs.
import type { NodeAPI } from 'node-red';
import { replayScores } from '../../src/alarm/replay';
import { exceedanceOf } from '../../src/alarm/score-tail';
import { thresholdOf } from '../../src/alarm/threshold-rules';
import { DEFAULT_SCORE_KIND } from '../../src/detectors/score-kinds';
import type { ThresholdPreview } from '../../src/live/dialog-messages';
import { liveState } from '../../src/live/live-state';
import { histogramOf } from '../../src/stats/histogram';
import { Refusal } from '../shared/answer';
import { deployedModel, type ModelSummary } from '../shared/audio-model-node';
import { readFields } from '../shared/read-fields';
import { routesOf } from '../shared/routes';
import { choice } from '../shared/schema';
import { fields, SECONDS_PER_DAY } from './fields';
import { alarmOf, ruleOf } from './threshold-config';

/** Length of the sound in a spectrogram that the model was trained on. */
const spectrogramSeconds = ({ frontEnd, frames }: ModelSummary): number =>
  (frames * frontEnd.hopLength) / frontEnd.sampleRate;

/**
 * `GET /audio-anomaly/models/:id/threshold?kind=rl&method=mean-std&deviations=2&…` (the properties of a threshold node)
 * → ThresholdPreview; 404, 409 with `{error, code}` in words.
 */
export function registerThresholdRoute(RED: NodeAPI): void {
  routesOf(RED).get('models/:id/threshold', async (req, res) => {
    const model = deployedModel(RED, String(req.params.id));
    const summary = model.summary();
    if (!summary) throw new Refusal(409, `model '${model.modelName}' has not been trained yet`, 'not-trained');
    res.json(await previewThreshold(summary, req.query));
  });
}

/**
 * @param query properties of a threshold node, and the kind of score
 * @throws UserError where a property is wrong or the rule needs more scores
 */
export async function previewThreshold(summary: ModelSummary, query: object): Promise<ThresholdPreview> {
  const { id, name, version, checksum, scores } = summary;
  const config = readFields(fields, query);
  const view = liveState.model(id);
  const { kind } = readFields(
    { kind: choice(Object.keys(scores), { default: view?.kind ?? DEFAULT_SCORE_KIND }) },
    query,
  );
  const everySeconds = config.everySeconds || view?.segmentSeconds || spectrogramSeconds(summary);
  const normal = scores[kind];
  const { value, extrapolated } = thresholdOf(ruleOf(config, everySeconds), normal);
  const { above, probability, extrapolated: isTail } = exceedanceOf(value, normal);
  const recent = { since: 0, scores: 0, seconds: 0, alarms: 0, told: 0 };
  if (view) {
    const from = view.newestOf({ kind, model: checksum });
    if (from < view.history.end) recent.since = view.history.entry(from).at;
    Object.assign(recent, await replayScores(view.history, from, value, alarmOf(config)));
  }
  return {
    model: { name, version },
    normal: histogramOf(normal),
    threshold: { value, extrapolated },
    above,
    perDay: probability === undefined ? null : (probability * SECONDS_PER_DAY) / everySeconds,
    extrapolated: isTail,
    everySeconds,
    recent,
  };
}
