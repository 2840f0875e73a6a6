// One figure in, one picture out.

import { type Drawing, fontSize } from '../frame';
import { PngSurface } from '../png-surface';
import type { Surface } from '../surface';
import { SvgSurface } from '../svg-surface';
import { THEME, type ThemeName } from '../theme';
import { type ConfusionFigure, drawConfusion, drawPredictions, type PredictionsFigure } from './classification';
import { type CountsFigure, drawCounts } from './counts';
import { drawLoss, type LossFigure } from './loss';
import { drawRoc, type RocFigure } from './roc';
import { drawLatent, drawRlKl, type LatentFigure, type RlKlFigure } from './scatter';
import { drawScores, type ScoresFigure } from './scores';
import { drawHeatmap, drawSpectrogram, type HeatmapFigure, type SpectrogramFigure } from './spectrogram';
import { drawSweep, type SweepFigure } from './sweep';
import { drawWaveform, type WaveformFigure } from './waveform';

export type Figure =
  | SpectrogramFigure
  | HeatmapFigure
  | WaveformFigure
  | ScoresFigure
  | LossFigure
  | CountsFigure
  | ConfusionFigure
  | PredictionsFigure
  | RlKlFigure
  | LatentFigure
  | RocFigure
  | SweepFigure;

export interface PictureSettings {
  /** Pixels. */
  width: number;
  height: number;
  format: 'png' | 'svg';
  theme: ThemeName;
}

type Draw<F> = (drawing: Drawing, figure: F) => void;
const DRAW: { [K in Figure['kind']]: Draw<Extract<Figure, { kind: K }>> } = {
  spectrogram: drawSpectrogram,
  heatmap: drawHeatmap,
  waveform: drawWaveform,
  scores: drawScores,
  loss: drawLoss,
  counts: drawCounts,
  confusion: drawConfusion,
  predictions: drawPredictions,
  'rl-kl': drawRlKl,
  latent: drawLatent,
  roc: drawRoc,
  sweep: drawSweep,
};

/**
 * @returns PNG as a Buffer, SVG as text
 * @throws UserError where the data do not fit together
 */
export function drawFigure(figure: Figure, { width, height, format, theme: name }: PictureSettings): Buffer | string {
  const theme = THEME[name];
  const draw = DRAW[figure.kind] as Draw<Figure>;
  const on = <S extends Surface>(surface: S): S => {
    draw({ surface, theme, size: fontSize(surface) }, figure);
    return surface;
  };
  if (format === 'png') return on(new PngSurface(width, height, theme.background)).encode();
  return on(new SvgSurface(width, height, theme.background)).encode(figure.title || figure.kind);
}
