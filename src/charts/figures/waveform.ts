// Sound over time: how far it reaches up and down, and within that how strong it is on average.

import { minus } from '../../formats';
import type { AudioInfo } from '../../messages';
import { type Drawing, drawFrame } from '../frame';
import { linearScale, number } from '../scale';
import type { Point } from '../surface';
import { mix } from '../surface';
import { captionOf } from './caption';

export interface WaveformFigure {
  kind: 'waveform';
  title?: string;
  /** −1…1 */
  pcm: Float32Array;
  audio: AudioInfo;
}

/** Below this, sound at full scale is drawn flat: the axis does not enlarge noise of −80 dB to the full height. */
const LEAST_RANGE = 1e-4;

export function drawWaveform(drawing: Drawing, { title, pcm, audio }: WaveformFigure): void {
  const { surface, theme } = drawing;
  const { peak, rms } = levels(pcm);
  const range = Math.max(LEAST_RANGE, peak * 1.08);
  const seconds = pcm.length / audio.sampleRate;
  const colour = theme.categories[0];
  const outer = mix(colour, theme.background, 0.3);
  const area = drawFrame(drawing, {
    title: title || 'Waveform',
    note: captionOf(audio),
    x: { scale: linearScale(0, seconds), label: 'time (s)' },
    y: { scale: linearScale(-range, range), label: 'amplitude (full scale = 1)' },
    legend: [
      { label: `peak ${decibels(peak)}`, colour: outer, fill: 1 },
      { label: `RMS ${decibels(rms)}`, colour, fill: 1 },
    ],
  });
  surface.clip(area, () => {
    const columns = Math.max(1, Math.min(Math.floor(area.width), Math.floor(pcm.length / 2)));
    const { low, high, mean } = envelope(pcm, columns);
    const x = (column: number): number => area.left + ((column + 0.5) * area.width) / columns;
    const band = (lower: (i: number) => number, upper: (i: number) => number): Point[] => [
      ...Array.from({ length: columns }, (_, i): Point => [x(i), area.y(upper(i)) - 0.5]),
      ...Array.from({ length: columns }, (_, i): Point => [x(columns - 1 - i), area.y(lower(columns - 1 - i)) + 0.5]),
    ];
    surface.polygon(
      band(
        i => low[i],
        i => high[i],
      ),
      outer,
    );
    // A band of the mean must not reach beyond the sound itself (which need not be symmetric).
    surface.polygon(
      band(
        i => Math.max(low[i], -mean[i]),
        i => Math.min(high[i], mean[i]),
      ),
      colour,
    );
  });
}

export function levels(pcm: Float32Array): { peak: number; rms: number } {
  let [peak, squares] = [0, 0];
  for (let i = 0; i < pcm.length; i++) {
    const size = Math.abs(pcm[i]);
    if (size > peak) peak = size;
    squares += size * size;
  }
  return { peak, rms: Math.sqrt(squares / pcm.length) };
}

/** "−12.3 dB" below full scale */
const decibels = (level: number): string =>
  level > 0 ? `${minus((20 * Math.log10(level)).toFixed(1))} dBFS` : `${number(0)} (silence)`;

/** Per column: lowest and highest sample, and the root of the mean square. */
function envelope(pcm: Float32Array, columns: number) {
  const [low, high, mean] = [new Float32Array(columns), new Float32Array(columns), new Float32Array(columns)];
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * pcm.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * pcm.length) / columns));
    let [lowest, highest, squares] = [pcm[from], pcm[from], 0];
    for (let i = from; i < to; i++) {
      if (pcm[i] < lowest) lowest = pcm[i];
      if (pcm[i] > highest) highest = pcm[i];
      squares += pcm[i] * pcm[i];
    }
    low[column] = lowest;
    high[column] = highest;
    mean[column] = Math.sqrt(squares / (to - from));
  }
  return { low, high, mean };
}
