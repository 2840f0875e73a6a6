// The sidebar's questions over HTTP. Every route asks for a permission; ids are looked up, never made into paths; what
// belongs to one model is found under that model only.
import type { NodeAPI } from 'node-red';
import { wavPieces } from '../../src/audio/wav-write';
import { DEFAULT_SCORE_KIND } from '../../src/detectors/score-kinds';
import type { Alarm } from '../../src/live/alarm-list';
import { LEASE_MS, liveState } from '../../src/live/live-state';
import type { MarkAnswer, ModelAnswer, WatchAnswer, Watched } from '../../src/live/sidebar-messages';
import type { SoundFrames } from '../../src/live/sound-frames';
import { floatsOf, frontEndOf } from '../../src/messages';
import { histogramOf } from '../../src/stats/histogram';
import { FeedbackSet } from '../../src/store/feedback-set';
import { Refusal, type Request, sendBytes } from '../shared/answer';
import { deployedModel } from '../shared/audio-model-node';
import { formOf, routesOf } from '../shared/routes';

const SOURCES = ['mic-in', 'wav-folder', 'spectrogram'];

/**
 * `POST …/watch` `{source?, model?}` → `{seconds, source, model}`: watches them for so many seconds; which of them exist.
 * `GET …/sources/:id/frames?after=N&epoch=E` → SoundFrames: the running spectrogram from frame N on.
 * `GET …/models/:id` → what is known of it. `GET …/models/:id/scores` → bytes, see ScoreHistory.encode.
 * `GET …/models/:id/alarms/:alarm/heatmap` → PNG; `…/sound` → WAV.
 * `POST …/models/:id/alarms/:alarm/normal` `{normal}` → marks or unmarks it. 400, 404, 409 with `{error}` in words.
 */
export function registerSidebarRoutes(RED: NodeAPI): void {
  const { get, post } = routesOf(RED);
  const alarmOf = ({ params }: Request): Alarm => {
    const alarm = liveState.model(String(params.id))?.alarms.find(String(params.alarm));
    if (!alarm) throw new Refusal(404, 'this alarm is not among the last ones of this model');
    return alarm;
  };

  post('sidebar/watch', 'read', (req, res) => {
    const { source, model } = formOf(req) as { [Kind in keyof Watched]: unknown };
    const node = source ? RED.nodes.getNode(String(source)) : undefined;
    const isSource = node && SOURCES.includes(node.type);
    if (isSource && !liveState.watchSource(node.id)) throw new Refusal(409, 'too many sources are watched just now');
    const config = model ? RED.nodes.getNode(String(model)) : undefined;
    const isModel = config?.type === 'audio-model' && liveState.watchModel(config.id);
    // What is not deployed is no error: the sidebar shows flows as they are being edited.
    res.json({ seconds: LEASE_MS / 1000, source: Boolean(isSource), model: isModel } satisfies WatchAnswer);
  });

  get('sidebar/sources/:id/frames', (req, res) => {
    const strip = liveState.source(String(req.params.id))?.strip;
    if (!strip?.format) return void res.json({ from: 0, end: 0, frames: '' } satisfies SoundFrames);
    const isSame = Number(req.query.epoch) === strip.format.epoch;
    const { from, frames } = strip.since(isSame ? Number(req.query.after) || 0 : 0);
    const { format, end } = strip;
    res.json({ format, from, end, frames: frames.toString('base64') } satisfies SoundFrames);
  });

  get('sidebar/models/:id', async (req, res) => {
    const model = deployedModel(RED, String(req.params.id));
    const view = liveState.model(model.id);
    const summary = model.summary();
    const kind = view?.kind ?? DEFAULT_SCORE_KIND;
    const normal = summary?.scores[kind];
    res.json({
      name: model.modelName,
      version: summary?.version ?? null,
      kind,
      normal: normal ? histogramOf(normal) : null,
      marked: (await new FeedbackSet(model.store.folder).ids()).length,
      ...{ training: view?.training ?? null, curve: view?.curve ?? [], threshold: view?.threshold ?? null },
      ...{ alarms: view?.alarms.notices() ?? [], alarmsChanged: view?.alarmsChanged ?? 0 },
    } satisfies ModelAnswer);
  });

  get('sidebar/models/:id/scores', (req, res) => {
    const encoded = liveState.model(deployedModel(RED, String(req.params.id)).id)?.history.encode();
    sendBytes(res, 'application/octet-stream', [encoded ?? new Uint8Array(0)]);
  });

  get('sidebar/models/:id/alarms/:alarm/heatmap', (req, res) => {
    const { heatmap } = alarmOf(req);
    if (!heatmap) throw new Refusal(404, 'this alarm has no heat-map: switch on "explain" in the vae-score node');
    return sendBytes(res, 'image/png', [heatmap]);
  });

  get('sidebar/models/:id/alarms/:alarm/sound', (req, res) => {
    const { sound } = alarmOf(req);
    if (!sound) throw new Refusal(404, 'the sound of this alarm is not kept any more');
    return sendBytes(res, 'audio/wav', wavPieces(floatsOf(sound.payload), sound.sampleRate));
  });

  post('sidebar/models/:id/alarms/:alarm/normal', 'write', async (req, res) => {
    const model = deployedModel(RED, String(req.params.id));
    const alarm = alarmOf(req);
    const { spectrogram } = alarm;
    const normal = formOf(req).normal !== false;
    const marked = new FeedbackSet(model.store.folder);
    if (normal) {
      if (!spectrogram) throw new Refusal(409, 'the spectrogram of this alarm is not kept any more');
      await marked.add(alarm.id, { values: floatsOf(spectrogram.payload), frontEnd: frontEndOf(spectrogram.info) });
    } else await marked.remove(alarm.id);
    liveState.marked(model.id, alarm, normal);
    res.json({ normal, marked: (await marked.ids()).length } satisfies MarkAnswer);
  });
}
