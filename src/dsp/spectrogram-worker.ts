// The worker thread of SpectrogramThread: one request in, one answer out, in order.
import { parentPort } from 'node:worker_threads';
import { asError, UserError } from '../errors';
import { type DetailedSpectrogramInfo, Spectrogram, type SpectrogramSettings } from './spectrogram';

export interface SpectrogramRequest {
  settings: SpectrogramSettings;
  pcm: Float32Array;
}

export type SpectrogramAnswer =
  | { values: Float32Array; info: DetailedSpectrogramInfo; milliseconds: number }
  | { failure: { message: string; code?: string; stack?: string } };

const port = parentPort;
if (!port) throw new Error('spectrogram-worker runs as a worker thread only');

let latest: { key: string; spectrogram: Spectrogram } | undefined;

/** The tables of the settings used last: a node's segments nearly always have one sample rate. */
function spectrogramFor(settings: SpectrogramSettings): Spectrogram {
  const key = JSON.stringify(settings);
  if (latest?.key !== key) latest = { key, spectrogram: new Spectrogram(settings) };
  return latest.spectrogram;
}

port.on('message', ({ settings, pcm }: SpectrogramRequest) => {
  try {
    const start = performance.now();
    const { values, info } = spectrogramFor(settings).compute(pcm);
    const answer: SpectrogramAnswer = { values, info, milliseconds: performance.now() - start };
    port.postMessage(answer, [values.buffer as ArrayBuffer]);
  } catch (thrown) {
    const { message, stack } = asError(thrown);
    const code = thrown instanceof UserError ? thrown.code : undefined;
    const answer: SpectrogramAnswer = { failure: { message, code, stack } };
    port.postMessage(answer);
  }
});
