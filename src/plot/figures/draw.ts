// One figure in, one picture out.

import { type Drawing, fontSize } from '../frame';
import { PngSurface } from '../png-surface';
import type { Surface } from '../surface';
import { SvgSurface } from '../svg-surface';
import { THEME, type ThemeName } from '../theme';
import { type CountsFigure, drawCounts } from './counts';
import { drawLoss, type LossFigure } from './loss';
import { drawScores, type ScoresFigure } from './scores';
import { drawHeatmap, drawSpectrogram, type HeatmapFigure, type SpectrogramFigure } from './spectrogram';
import { drawWaveform, type WaveformFigure } from './waveform';

export type Figure = SpectrogramFigure | HeatmapFigure | WaveformFigure | ScoresFigure | LossFigure | CountsFigure;

export const PICTURE_FORMATS = ['png', 'svg'] as const;

export interface PictureSettings {
  /** Pixels. */
  width: number;
  height: number;
  format: (typeof PICTURE_FORMATS)[number];
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
