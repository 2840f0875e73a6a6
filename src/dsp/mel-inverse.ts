// From energies in mel bands back to powers in FFT bins. Many powers give the same few energies; of those without
// negative ones this finds a smooth one, by the multiplicative updates of W. Richardson (1972) and L. Lucy (1974), which
// lower the Kullback–Leibler divergence between the energies wanted and had at every round (D. Lee & H. Seung, 2001).
// Least squares, as in librosa.feature.inverse.mel_to_stft, would look after the loud bands only.
import type { MelFilterBank } from './mel';

const ROUNDS = 40;

/** One filter bank's way back. */
export class MelInverse {
  private readonly first: Int32Array;
  private readonly weights: Float64Array[];
  /** Sum of each bin's weights over the bands; 0 where no band covers it. */
  private readonly cover: Float64Array;
  /** Sum of each band's weights over the bins. */
  private readonly area: Float64Array;
  private readonly correction: Float64Array;

  constructor(bank: MelFilterBank) {
    const bands = Array.from({ length: bank.bands }, (_, band) => band);
    this.first = Int32Array.from(bands, band => bank.firstBinOf(band));
    this.weights = bands.map(band => bank.weightsOf(band));
    this.area = Float64Array.from(this.weights, weights => weights.reduce((sum, weight) => sum + weight, 0));
    this.cover = new Float64Array(bank.bins);
    this.correction = new Float64Array(bank.bins);
    for (const band of bands) this.spread(band, 1, this.cover);
  }

  /**
   * @param energies [bands], at least 0
   * @param powers [bins], written: at least 0, and 0 where no band looks
   */
  solve(energies: Float64Array, powers: Float64Array): void {
    // Each band's energy, spread evenly over what the band covers.
    this.correct(band => energies[band] / this.area[band]);
    powers.set(this.correction);
    for (let round = 0; round < ROUNDS; round++) {
      this.correct(band => energies[band] / this.energyOf(band, powers));
      for (let k = 0; k < powers.length; k++) powers[k] *= this.correction[k];
    }
  }

  /** The mean of the bands' factors at each bin, weighted as the bands weight the bin. */
  private correct(factorOf: (band: number) => number): void {
    const { correction, cover, weights } = this;
    correction.fill(0);
    for (let band = 0; band < weights.length; band++) {
      const factor = factorOf(band);
      // Where a band has no bins, or only silent ones: nothing can be said.
      if (Number.isFinite(factor)) this.spread(band, factor, correction);
    }
    for (let k = 0; k < correction.length; k++) if (cover[k] > 0) correction[k] /= cover[k];
  }

  private energyOf(band: number, powers: Float64Array): number {
    const weights = this.weights[band];
    const first = this.first[band];
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i] * powers[first + i];
    return sum;
  }

  private spread(band: number, factor: number, into: Float64Array): void {
    const weights = this.weights[band];
    const first = this.first[band];
    for (let i = 0; i < weights.length; i++) into[first + i] += weights[i] * factor;
  }
}
