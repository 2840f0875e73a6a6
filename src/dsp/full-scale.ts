// What a full-scale sine, amplitude 1, comes to in a spectrogram: the 0 dB of a fixed range.
import type { MelFilterBank } from './mel';

/** All windows here are sums of cosines up to this order: a sine at a bin reaches no further. */
const ORDER = 3;

/**
 * dB of a sine of amplitude 1 at the frequency of an FFT bin. Linear: 20·log₁₀(Σ window / 2). Mel: in the band where it
 * is loudest, at the frequency where that is most; elsewhere it is less, as Slaney's norm divides a band's power by its
 * width.
 */
export function fullScaleDb(window: Float64Array, bank?: MelFilterBank): number {
  const lines = Array.from({ length: ORDER + 1 }, (_, m) => lineOf(window, m) ** 2 / 4);
  if (!bank) return 10 * Math.log10(lines[0]);
  let loudest = 0;
  for (let band = 0; band < bank.bands; band++) {
    const weights = bank.weightsOf(band);
    for (let at = -ORDER; at < weights.length + ORDER; at++) {
      let power = 0;
      for (let m = -ORDER; m <= ORDER; m++) power += (weights[at + m] ?? 0) * lines[Math.abs(m)];
      loudest = Math.max(loudest, power);
    }
  }
  return 10 * Math.log10(loudest);
}

/** The window's own spectrum at bin `m`; windows are even, so it is real. */
function lineOf(window: Float64Array, m: number): number {
  return window.reduce((sum, value, n) => sum + value * Math.cos((2 * Math.PI * m * n) / window.length), 0);
}
