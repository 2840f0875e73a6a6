// What the sidebar and the dialogs ask of Node-RED. Through the editor's own jQuery, which brings the log-in along.
import type { DeviceList } from '../../src/audio/capture/devices';
import type {
  CheckLine,
  ChosenSound,
  ListenLine,
  PreviewAnswer,
  PreviewSource,
  ThresholdPreview,
  TimeEstimate,
} from '../../src/live/dialog-messages';
import { refusalSentence } from '../../src/live/refusal';
import type { MarkAnswer, ModelAnswer, WatchAnswer, Watched } from '../../src/live/sidebar-messages';
import type { SoundFrames } from '../../src/live/sound-frames';
import { t } from './texts';

const BASE = 'audio-anomaly';

/** What Node-RED answered instead of an answer, in words. */
export class Refused extends Error {
  constructor(
    message: string,
    /** Says the same to a dialog that has its own words for it. */
    readonly code?: string,
  ) {
    super(message);
  }
}

export interface Question<Answer> extends Promise<Answer> {
  /** Gives it up. */
  abort(): void;
}

/** An answer that goes on for a while. */
export interface Lines {
  /** Rejects with a Refused, and not for `stop`. */
  over: Promise<void>;
  stop(): void;
}

type Fields = Record<string, unknown>;
type Ajax = JQuery.AjaxSettings & { url: string };

/** @returns rejects with a Refused */
function ask<Answer>(options: Ajax): Question<Answer> {
  const question = $.ajax(options);
  const answer = new Promise<Answer>((resolve, reject) => {
    question.done(resolve).fail(xhr => reject(refusalOf(xhr)));
  });
  return Object.assign(answer, { abort: () => question.abort() });
}

/** @param responseJSON as nodes/shared/answer.ts makes it, or of Node-RED itself */
function refusalOf({ status, responseJSON }: JQuery.jqXHR): Refused {
  const { error, code } = (responseJSON ?? {}) as { error?: string; code?: string };
  const sentence = refusalSentence(status, error, (key, values) => t(`error.${key}`, values));
  return new Refused(sentence, code);
}

const path = (...parts: string[]): string => [BASE, ...parts.map(encodeURIComponent)].join('/');
const get = <Answer>(...parts: string[]): Question<Answer> => ask({ url: path(...parts), cache: false });
const query = <Answer>(data: Fields, ...parts: string[]): Question<Answer> =>
  ask({ url: path(...parts), data, cache: false });
const bytes = <Answer>(type: XMLHttpRequestResponseType, ...parts: string[]): Question<Answer> =>
  ask({ url: path(...parts), cache: false, dataType: 'binary', xhrFields: { responseType: type } });
const posted = (data: object, ...parts: string[]): Ajax => ({
  ...{ url: path(...parts), type: 'POST', contentType: 'application/json', data: JSON.stringify(data) },
});
const post = <Answer>(data: object, ...parts: string[]): Question<Answer> => ask(posted(data, ...parts));

/** @param take is given the lines as they come */
function postForLines<Line>(data: object, take: (line: Line) => void, ...parts: string[]): Lines {
  let read = 0;
  let stopped = false;
  const takeFrom = (text: string): void => {
    for (let end = text.indexOf('\n', read); end >= 0 && !stopped; end = text.indexOf('\n', read)) {
      const line = JSON.parse(text.slice(read, end)) as Line;
      read = end + 1;
      take(line);
    }
  };
  const request = $.ajax({
    ...posted(data, ...parts),
    xhr() {
      const xhr = new XMLHttpRequest();
      xhr.addEventListener('progress', () => xhr.status === 200 && takeFrom(xhr.responseText));
      return xhr;
    },
  });
  const over = new Promise<void>((resolve, reject) => {
    request.done(takeFrom).done(() => resolve());
    request.fail(xhr => (stopped ? resolve() : reject(refusalOf(xhr))));
  });
  return {
    over,
    stop() {
      stopped = true;
      request.abort();
    },
  };
}

export const watch = (looked: Watched): Question<WatchAnswer> => post(looked, 'sidebar', 'watch');
export const frames = (source: string, after: number, epoch: number): Question<SoundFrames> =>
  query({ after, epoch }, 'sidebar', 'sources', source, 'frames');
export const model = (id: string): Question<ModelAnswer> => get('sidebar', 'models', id);
/** As ScoreHistory.encode makes them. */
export const scores = (id: string): Question<ArrayBuffer> => bytes('arraybuffer', 'sidebar', 'models', id, 'scores');
export const heatmap = (id: string, alarm: string): Question<Blob> =>
  bytes('blob', 'sidebar', 'models', id, 'alarms', alarm, 'heatmap');
export const sound = (id: string, alarm: string): Question<Blob> =>
  bytes('blob', 'sidebar', 'models', id, 'alarms', alarm, 'sound');
export const markNormal = (id: string, alarm: string, normal: boolean): Question<MarkAnswer> =>
  post({ normal }, 'sidebar', 'models', id, 'alarms', alarm, 'normal');
export const train = (trainer: string, action: 'train' | 'cancel'): Question<unknown> =>
  post({}, 'vae-train', trainer, action);
export const runFolder = (id: string): Question<unknown> => post({}, 'wav-folder', id, 'run');
export const toggleMicrophone = (id: string): Question<unknown> => post({}, 'mic-in', id, 'toggle');
export const devices = (): Question<DeviceList> => get('devices');

export const checkFolder = (form: object, take: (line: CheckLine) => void): Lines =>
  postForLines(form, take, 'wav-folder', 'check');
export const listen = (form: object, take: (line: ListenLine) => void): Lines => postForLines(form, take, 'listen');
export const timeEstimate = (fields: Fields): Question<TimeEstimate> => post(fields, 'network', 'time');
export const threshold = (id: string, fields: Fields): Question<ThresholdPreview> =>
  query(fields, 'models', id, 'threshold');

const PREVIEW = ['spectrogram', 'preview'];

/** Which sound a preview is made of: a source's last segment, a file of a source, or an example. */
export type SoundOrder = ({ segment: string } | { source: string; name: string } | object) & { sampleRate: number };

export const previewSounds = (sources: readonly string[]): Question<PreviewSource[]> =>
  post({ sources: sources.join() }, ...PREVIEW, 'sounds');
export const choosePreview = (dialog: string, order: SoundOrder): Question<ChosenSound> =>
  post(order, ...PREVIEW, dialog, 'sound');
export const sendPreview = (dialog: string, file: File, sampleRate: number): Question<ChosenSound> =>
  ask({
    ...{ url: `${path(...PREVIEW, dialog, 'upload')}?${$.param({ name: file.name, sampleRate })}`, type: 'POST' },
    ...{ contentType: 'application/octet-stream', data: file, processData: false },
  });
export const drawPreview = (dialog: string, fields: Fields): Question<PreviewAnswer> =>
  post(fields, ...PREVIEW, dialog, 'spectrogram');
export const endPreview = (dialog: string): Question<unknown> => post({}, ...PREVIEW, dialog, 'end');
