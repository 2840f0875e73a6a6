// Which part of a spectrogram the model did not expect, in numbers and words.
import { hzToMel, melToHz } from '../../dsp/mel';
import type { Explanation, SpectrogramInfo } from '../../messages';
import type { InputScale } from './input-scale';

/** The spectrogram is looked at in this many cells a side. */
const CELLS = 16;
/** Cells with at least this part of the largest cell's error belong to the same surprise. */
const SHARE = 0.4;
/** Differences below this many dB are not worth saying in dB. */
const LEAST_DB = 1;

export interface Surprise {
  /** Squared error per element, [bins][frames]; 0 behind the frames that the network sees. */
  error: Float32Array;
  peak: Explanation['peak'];
  text: string;
}

/**
 * Compares what the network saw with its reconstruction, both on the model's 0…1 scale, row-major [bins][scale.frames].
 * @param scale what 0 and 1 are in dB, so that the difference can be told in dB, and how many frames the network sees
 */
export function explain(
  spectrogram: Float32Array,
  reconstruction: Float32Array,
  info: SpectrogramInfo,
  scale: InputScale,
): Surprise {
  const [bins, frames] = info.shape;
  const { frames: seen } = scale;
  const error = new Float32Array(bins * frames);
  for (let bin = 0; bin < bins; bin++) {
    for (let frame = 0; frame < seen; frame++) {
      const i = bin * seen + frame;
      error[bin * frames + frame] = (spectrogram[i] - reconstruction[i]) ** 2;
    }
  }
  const region = surprisingRegion(error, bins, frames, seen);
  const hop = info.hopLength / info.sampleRate;
  const peak = {
    fMin: edgeFrequency(info, region.bottom),
    fMax: edgeFrequency(info, region.top),
    fromSeconds: region.left * hop,
    toSeconds: region.right * hop,
  };
  let difference = 0;
  for (let bin = region.bottom; bin < region.top; bin++) {
    for (let frame = region.left; frame < region.right; frame++) {
      const i = bin * seen + frame;
      difference += spectrogram[i] - reconstruction[i];
    }
  }
  difference /= (region.top - region.bottom) * (region.right - region.left);
  return { error, peak, text: describe(peak, difference, info, scale) };
}

function describe(peak: Explanation['peak'], difference: number, info: SpectrogramInfo, scale: InputScale): string {
  const hz = (value: number) => (value >= 1000 ? `${(value / 1000).toFixed(1)} kHz` : `${Math.round(value)} Hz`);
  const where = `at ${hz(peak.fMin)} to ${hz(peak.fMax)}, from ${peak.fromSeconds.toFixed(1)} to ${peak.toSeconds.toFixed(1)} s`;
  const decibels = Math.abs(difference) * (scale.high - scale.low);
  const inDecibels = (info.normalize === 'model' || info.normalize === 'none') && decibels >= LEAST_DB;
  const word = difference > 0 ? 'louder' : 'quieter';
  return `Most unexpected ${where}: ${inDecibels ? `about ${Math.round(decibels)} dB ` : ''}${word} than the model expects.`;
}

interface Region {
  bottom: number;
  top: number;
  left: number;
  right: number;
}

/** The connected cells around the one with the largest mean error. */
function surprisingRegion(error: Float32Array, bins: number, frames: number, filled: number): Region {
  const rows = Math.min(CELLS, bins);
  const columns = Math.min(CELLS, filled);
  const rowEdge = (r: number) => Math.floor((r * bins) / rows);
  const columnEdge = (c: number) => Math.floor((c * filled) / columns);
  const cells = new Float64Array(rows * columns);
  let largest = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let y = rowEdge(r); y < rowEdge(r + 1); y++) {
        for (let x = columnEdge(c); x < columnEdge(c + 1); x++) sum += error[y * frames + x];
      }
      const cell = r * columns + c;
      cells[cell] = sum / ((rowEdge(r + 1) - rowEdge(r)) * (columnEdge(c + 1) - columnEdge(c)));
      if (cells[cell] > cells[largest]) largest = cell;
    }
  }
  const found = new Set([largest]);
  const queue = [largest];
  for (let cell = queue.pop(); cell !== undefined; cell = queue.pop()) {
    const r = Math.floor(cell / columns);
    const c = cell % columns;
    const neighbours = [
      r > 0 ? cell - columns : -1,
      r < rows - 1 ? cell + columns : -1,
      c > 0 ? cell - 1 : -1,
      c < columns - 1 ? cell + 1 : -1,
    ];
    for (const next of neighbours) {
      if (next < 0 || found.has(next) || cells[next] < SHARE * cells[largest]) continue;
      found.add(next);
      queue.push(next);
    }
  }
  const foundRows = [...found].map(cell => Math.floor(cell / columns));
  const foundColumns = [...found].map(cell => cell % columns);
  return {
    bottom: rowEdge(Math.min(...foundRows)),
    top: rowEdge(Math.max(...foundRows) + 1),
    left: columnEdge(Math.min(...foundColumns)),
    right: columnEdge(Math.max(...foundColumns) + 1),
  };
}

/** The frequency at the lower edge of a bin, Hz. */
function edgeFrequency({ shape, sampleRate, fftSize, scale, fMin, fMax }: SpectrogramInfo, bin: number): number {
  const [bins] = shape;
  const top = fMax || sampleRate / 2;
  if (scale === 'linear') return Math.min(top, fMin + (bin * sampleRate) / fftSize);
  const low = hzToMel(fMin);
  return melToHz(low + ((hzToMel(top) - low) * bin) / bins);
}
