// A spectrogram, and the map of what a model did not expect in one: time across, frequency upwards.
import { UserError } from '../../errors';
import type { AudioInfo, Explanation, SpectrogramInfo } from '../../messages';
import { frequencyAxis, timeTicks } from '../axis';
import { type Axis, type Drawing, drawFrame, type PlotArea } from '../frame';
import { type Matrix, type Range, rasterOf, shownRange } from '../matrix-raster';
import { extremes, linearScale, type Scale } from '../scale';
import { captionOf } from './caption';

export interface SpectrogramFigure {
  kind: 'spectrogram';
  title?: string;
  /** Row-major [bins][frames], lowest frequency first. */
  values: Float32Array;
  info: SpectrogramInfo;
  audio?: AudioInfo;
}

export interface HeatmapFigure {
  kind: 'heatmap';
  title?: string;
  /** Squared error per element on the model's 0…1 scale, shape as in `info`. */
  error: Float32Array;
  info: SpectrogramInfo;
  score?: number;
  peak?: Explanation['peak'];
  audio?: AudioInfo;
}

/** Errors are drawn relative to at least this difference on the model's 0…1 scale, so that normal pictures stay dark. */
const LEAST_DIFFERENCE = 0.2;

export function drawSpectrogram(drawing: Drawing, { title, values, info, audio }: SpectrogramFigure): void {
  const matrix = matrixOf(values, info);
  const range = shownRange(values);
  const area = drawFrame(drawing, {
    title: title || 'Spectrogram',
    note: captionOf(audio),
    ...timeAndFrequency(info),
    colours: { map: 'viridis', axis: levelAxis(range, info) },
    grid: 'none',
  });
  drawing.surface.raster(rasterOf(matrix, area, 'mean', range, 'viridis'), area);
}

export function drawHeatmap(drawing: Drawing, { title, error, info, score, peak, audio }: HeatmapFigure): void {
  const matrix = matrixOf(differences(error), info);
  const range: Range = [0, Math.max(LEAST_DIFFERENCE, extremes(matrix.values)[1])];
  const known = score === undefined ? '' : ` · score ${score.toPrecision(3)}`;
  const axes = timeAndFrequency(info);
  const area = drawFrame(drawing, {
    title: title || `Not expected${known}`,
    note: captionOf(audio),
    ...axes,
    colours: { map: 'magma', axis: { scale: linearScale(...range), label: 'difference (0…1)' } },
    grid: 'none',
  });
  drawing.surface.raster(rasterOf(matrix, area, 'max', range, 'magma'), area);
  if (peak) drawPeak(drawing, area, peak);
}

/** In dB also where the values are from 0 to 1, if it is known what these stand for. */
function levelAxis([low, high]: Range, { normalize, lowDb, highDb }: SpectrogramInfo): Axis {
  if (normalize !== 'minmax' && normalize !== 'range') return { scale: linearScale(low, high), label: 'level (dB)' };
  if (lowDb === undefined || highDb === undefined) return { scale: linearScale(low, high), label: 'level (0…1)' };
  const decibels = (value: number): number => lowDb + value * (highDb - lowDb);
  return { scale: linearScale(decibels(low), decibels(high)), label: 'level (dB)' };
}

/** The root of the squared error reads as a difference on the model's scale. */
export function differences(error: Float32Array): Float32Array {
  return error.map(Math.sqrt);
}

/** @throws UserError `payload-size` where the values do not fit the shape */
function matrixOf(values: Float32Array, { shape: [bins, frames] }: SpectrogramInfo): Matrix {
  if (values.length === bins * frames) return { values, bins, frames };
  throw new UserError('payload-size', `${values.length} values for a picture of ${bins}×${frames}.`);
}

/** The axes of a spectrogram. */
function timeAndFrequency(info: SpectrogramInfo): { x: Axis; y: Axis } {
  const seconds = (info.shape[1] * info.hopLength) / info.sampleRate;
  const { unit, ticks, at } = frequencyAxis(info);
  const time: Scale = { at: value => value / seconds, ticks: most => timeTicks(seconds, most) };
  return {
    x: { scale: time, label: 'time (s)' },
    y: { scale: { at, ticks: () => ticks }, label: `frequency (${unit})` },
  };
}

/** A dashed frame in two tones, so that it shows on dark and on bright. */
function drawPeak(
  { surface }: Drawing,
  area: PlotArea,
  { fMin, fMax, fromSeconds, toSeconds }: Explanation['peak'],
): void {
  const [left, right] = [area.x(fromSeconds), area.x(toSeconds)];
  const [top, bottom] = [area.y(fMax), area.y(fMin)];
  const frame = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
    [left, top],
  ] as const;
  surface.clip(area, () => {
    surface.line(frame, { colour: 0x000000, width: 3 });
    surface.line(frame, { colour: 0xffffff, width: 1.5, dash: [5, 3] });
  });
}
