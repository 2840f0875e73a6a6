// What the sidebar and the dialogs ask of Node-RED. Through the editor's own jQuery, which brings the log-in along.
import { t } from './dom.mjs';

const BASE = 'audio-anomaly';

/** @returns {Promise<any>} rejects with an Error in words; its `abort` gives the question up */
function ask(options) {
  const question = $.ajax(options);
  const answer = new Promise((resolve, reject) => {
    question
      .done(resolve)
      .fail(xhr =>
        reject(Object.assign(new Error(explain(xhr)), { status: xhr.status, code: xhr.responseJSON?.code })),
      );
  });
  return Object.assign(answer, { abort: () => question.abort() });
}

/** Whatever the server answers instead of an answer, in words. */
function explain({ status, responseJSON }) {
  if (status === 401 || status === 403) return t('error.permission');
  if (status === 0) return t('error.unreachable');
  return responseJSON?.error || t('error.server', { status });
}

const path = (...parts) => [BASE, ...parts.map(encodeURIComponent)].join('/');
const get = (...parts) => ask({ url: path(...parts), cache: false });
const bytes = (type, ...parts) =>
  ask({ url: path(...parts), cache: false, dataType: 'binary', xhrFields: { responseType: type } });
const post = (data, ...parts) =>
  ask({ url: path(...parts), type: 'POST', contentType: 'application/json', data: JSON.stringify(data) });

/**
 * Asks for an answer that goes on for a while.
 * @param {(line: object) => void} take is given its lines as they come
 * @returns {{over: Promise<void>, stop: () => void}} `over` rejects with an Error in words, and not for `stop`
 */
function postForLines(data, take, ...parts) {
  let read = 0;
  let stopped = false;
  const takeFrom = text => {
    for (let end = text.indexOf('\n', read); end >= 0 && !stopped; end = text.indexOf('\n', read)) {
      const line = JSON.parse(text.slice(read, end));
      read = end + 1;
      take(line);
    }
  };
  const request = $.ajax({
    ...{ url: path(...parts), type: 'POST', contentType: 'application/json', data: JSON.stringify(data) },
    xhr() {
      const xhr = new XMLHttpRequest();
      xhr.addEventListener('progress', () => xhr.status === 200 && takeFrom(xhr.responseText));
      return xhr;
    },
  });
  const over = new Promise((resolve, reject) => {
    request.done(takeFrom).done(() => resolve());
    request.fail(xhr => (stopped ? resolve() : reject(new Error(explain(xhr)))));
  });
  return {
    over,
    stop() {
      stopped = true;
      request.abort();
    },
  };
}

export const watch = looked => post(looked, 'sidebar', 'watch');
export const columns = (source, after, epoch) =>
  ask({ url: path('sidebar', 'sources', source, 'columns'), data: { after, epoch }, cache: false });
export const model = id => get('sidebar', 'models', id);
export const scores = id => bytes('arraybuffer', 'sidebar', 'models', id, 'scores');
export const heatmap = (id, alarm) => bytes('blob', 'sidebar', 'models', id, 'alarms', alarm, 'heatmap');
export const sound = (id, alarm) => bytes('blob', 'sidebar', 'models', id, 'alarms', alarm, 'sound');
export const markNormal = (id, alarm, normal) => post({ normal }, 'sidebar', 'models', id, 'alarms', alarm, 'normal');
export const train = (trainer, action) => post({}, 'vae-train', trainer, action);
export const runFolder = id => post({}, 'wav-folder', id, 'run');
export const switchMicrophone = (id, action) => post({}, 'mic-in', id, action);
export const checkFolder = (form, take) => postForLines(form, take, 'wav-folder', 'check');
export const pace = fields => post(fields, 'network', 'pace');
export const threshold = (model, fields) =>
  ask({ url: path('models', model, 'threshold'), data: fields, cache: false });
export const listen = (form, take) => postForLines(form, take, 'listen');
export const devices = () => get('devices');

const PREVIEW = ['spectrogram', 'preview'];
export const previewSounds = sources => post({ sources: sources.join() }, ...PREVIEW, 'sounds');
export const choosePreview = (dialog, sound) => post(sound, ...PREVIEW, dialog, 'sound');
export const sendPreview = (dialog, file, query) =>
  ask({
    ...{ url: `${path(...PREVIEW, dialog, 'upload')}?${$.param(query)}`, type: 'POST' },
    ...{ contentType: 'application/octet-stream', data: file, processData: false },
  });
export const drawPreview = (dialog, fields) => post(fields, ...PREVIEW, dialog, 'picture');
export const endPreview = dialog => post({}, ...PREVIEW, dialog, 'end');
