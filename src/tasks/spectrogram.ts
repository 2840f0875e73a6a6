// The spectrogram of a segment, in a thread of the pool.
import type { DetailedSpectrogramInfo, Spectrogram } from '../dsp/spectrogram';
import type { SpectrogramSettings } from '../dsp/spectrogram-settings';
import { type Lane, ShortTask } from '../threads/short-task';
import { copyInTurns } from '../threads/turns';

export interface SpectrogramOrder {
  settings: SpectrogramSettings;
  pcm: Float32Array;
}

export interface TimedSpectrogram {
  values: Float32Array;
  info: DetailedSpectrogramInfo;
  /** Time the computation took, without the way to the thread and back. */
  milliseconds: number;
}

export type SpectrogramLane = Lane<SpectrogramOrder, TimedSpectrogram>;

/** Settings whose tables are kept in a thread, those used last. */
const MAX_KEPT = 8;

/** As `Spectrogram.compute`, with what `Spectrogram` throws. */
export const spectrogramTask = new ShortTask<SpectrogramOrder, TimedSpectrogram>({
  file: __filename,
  name: 'spectrogramTask',
  what: 'makes spectrograms',
  memoryOf: ({ values }) => [values.buffer as ArrayBuffer],
  async load() {
    const dsp = await import('../dsp/spectrogram.js');
    const kept = new Map<string, Spectrogram>();
    const spectrogramFor = (settings: SpectrogramSettings): Spectrogram => {
      const key = JSON.stringify(settings);
      const spectrogram = kept.get(key) ?? new dsp.Spectrogram(settings);
      kept.delete(key);
      kept.set(key, spectrogram);
      for (const oldest of [...kept.keys()].slice(0, -MAX_KEPT)) kept.delete(oldest);
      return spectrogram;
    };
    return ({ settings, pcm }) => {
      const start = performance.now();
      const { values, info } = spectrogramFor(settings).compute(pcm);
      return { values, info, milliseconds: performance.now() - start };
    };
  },
});

/** @param pcm is copied: its memory may be shared with other messages */
export function spectrogramOf(
  lane: SpectrogramLane,
  settings: SpectrogramSettings,
  pcm: Float32Array,
): Promise<TimedSpectrogram> {
  return lane.ask(async () => {
    const copy = await copyInTurns(pcm);
    return { order: { settings, pcm: copy }, transfer: [copy.buffer] };
  });
}
