// The picture that goes with an alert: above the spectrogram that was heard, below what the model did not expect of
// it, on the same axes. Made to be read in a mail on a phone, so with few and large letters.
import type { AudioInfo, SpectrogramInfo } from '../messages';
import { drawHeatmap, drawSpectrogram } from './figures/spectrogram';
import { PngSurface } from './png-surface';
import { inset } from './surface';
import { THEME } from './theme';

const WIDTH = 600;
const HEIGHT = 440;
const FONT_SIZE = 15;

/**
 * @param picture the spectrogram, row-major [bins][frames], lowest frequency first
 * @param error squared error per element, same shape; its mean is the score in the title
 * @returns a PNG of 600×440
 * @throws UserError `payload-size` where a length does not fit the shape
 */
export function explanationPicture(
  picture: Float32Array,
  error: Float32Array,
  info: SpectrogramInfo,
  audio?: AudioInfo,
): Buffer {
  const theme = THEME.light;
  const surface = new PngSurface(WIDTH, HEIGHT, theme.background);
  const half = (top: number) => ({
    surface: inset(surface, { left: 0, top, width: WIDTH, height: HEIGHT / 2 }),
    theme,
    size: FONT_SIZE,
  });
  drawSpectrogram(half(0), { kind: 'spectrogram', title: 'Heard', values: picture, info, audio });
  drawHeatmap(half(HEIGHT / 2), { kind: 'heatmap', error, info, score: mean(error) });
  return surface.encode();
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
