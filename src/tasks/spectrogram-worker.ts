// The worker thread of SpectrogramThread.

import { type DetailedSpectrogramInfo, Spectrogram } from '../dsp/spectrogram';
import type { SpectrogramSettings } from '../dsp/spectrogram-settings';
import { answerRequests } from '../threads/request-worker';

export interface SpectrogramRequest {
  settings: SpectrogramSettings;
  pcm: Float32Array;
}

export interface TimedSpectrogram {
  values: Float32Array;
  info: DetailedSpectrogramInfo;
  /** Time the computation took, without the way to the thread and back. */
  milliseconds: number;
}

let latest: { key: string; spectrogram: Spectrogram } | undefined;

/** The tables of the settings used last: a node's segments nearly always have one sample rate. */
function spectrogramFor(settings: SpectrogramSettings): Spectrogram {
  const key = JSON.stringify(settings);
  if (latest?.key !== key) latest = { key, spectrogram: new Spectrogram(settings) };
  return latest.spectrogram;
}

answerRequests<SpectrogramRequest, TimedSpectrogram>(({ settings, pcm }) => {
  const start = performance.now();
  const { values, info } = spectrogramFor(settings).compute(pcm);
  const answer = { values, info, milliseconds: performance.now() - start };
  return { answer, transfer: [values.buffer as ArrayBuffer] };
});
