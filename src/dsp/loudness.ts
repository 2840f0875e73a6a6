// Loudness in LUFS after ITU-R BS.1770-4: K-weighting, gating blocks of 400 ms overlapping by 75 %, the absolute gate
// at −70 LUFS and the relative one 10 LU below what passes it. Any sample rate, any number of channels.
import { UserError } from '../errors';

/** Seconds of a gating block, and from one to the next. */
export const GATING_BLOCK_SECONDS = 0.4;
const GATING_HOP_SECONDS = 0.1;
/** LUFS */
export const ABSOLUTE_GATE = -70;
/** LU below the loudness of what passes the absolute gate. */
const RELATIVE_GATE = -10;
/** Makes a 997 Hz sine at full scale in one channel −3.01 LUFS. */
const OFFSET = -0.691;

/** A second-order filter section with a0 = 1. */
export interface Biquad {
  b: [number, number, number];
  a: [number, number];
}

/**
 * K-weighting for any sample rate: the standard's filters are given by their coefficients at 48 kHz; their analogue
 * parameters are known (B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement", 2018), and
 * the bilinear transform gives those at other rates.
 * @returns the shelf that stands for the head, and the high pass
 */
export function kWeighting(sampleRate: number): [Biquad, Biquad] {
  return [shelf(sampleRate), highPass(sampleRate)];
}

function shelf(sampleRate: number): Biquad {
  const [frequency, gainDb, q] = [1681.974450955533, 3.999843853973347, 0.7071752369554196];
  const k = Math.tan((Math.PI * frequency) / sampleRate);
  const high = 10 ** (gainDb / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b: [(high + (band * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (band * k) / q + k * k) / a0],
    a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  };
}

function highPass(sampleRate: number): Biquad {
  const [frequency, q] = [38.13547087602444, 0.5003270373238773];
  const k = Math.tan((Math.PI * frequency) / sampleRate);
  const a0 = 1 + k / q + k * k;
  // The standard leaves the numerator as it is at 48 kHz, at every rate.
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0] };
}

/**
 * Loudness of a whole sound, gated.
 * @param channels samples in −1…1, all of one length, at least 0.4 s
 * @param weights one per channel; default 1, for the fourth and fifth (left and right surround) 1.41
 * @returns LUFS; −Infinity where nothing passes the absolute gate
 * @throws UserError `too-short`
 */
export function integratedLoudness(
  channels: Float32Array[],
  sampleRate: number,
  weights: number[] = channels.map((_, i) => (i < 3 ? 1 : 1.41)),
): number {
  const powers = blockPowers(channels, sampleRate, weights);
  const audible = powers.filter(power => toLufs(power) > ABSOLUTE_GATE);
  const relative = toLufs(mean(audible)) + RELATIVE_GATE;
  return toLufs(mean(audible.filter(power => toLufs(power) > relative)));
}

const toLufs = (power: number): number => OFFSET + 10 * Math.log10(power);
/** 0 for an empty list: no power. */
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);

/** The weighted sum over the channels of the mean square of each gating block. */
function blockPowers(channels: Float32Array[], sampleRate: number, weights: number[]): number[] {
  const { length } = channels[0];
  const block = Math.round(GATING_BLOCK_SECONDS * sampleRate);
  if (length < block) {
    throw new UserError(
      'too-short',
      `${length} samples at ${sampleRate} Hz have no loudness; expected at least ${GATING_BLOCK_SECONDS} s (${block} samples).`,
    );
  }
  const hop = GATING_HOP_SECONDS * sampleRate;
  const powers = new Array<number>(1 + Math.floor((length - block) / hop + 1e-9)).fill(0);
  channels.forEach((pcm, channel) => {
    const energy = weightedEnergy(pcm, sampleRate);
    for (let i = 0; i < powers.length; i++) {
      const start = Math.round(i * hop);
      powers[i] += (weights[channel] * (energy[start + block] - energy[start])) / block;
    }
  });
  return powers;
}

/** At index n the energy of the first n samples after K-weighting. */
function weightedEnergy(pcm: Float32Array, sampleRate: number): Float64Array {
  const [{ b, a }, { b: d, a: c }] = kWeighting(sampleRate);
  const energy = new Float64Array(pcm.length + 1);
  // Both sections in transposed direct form II; s and t are their states.
  let [s1, s2, t1, t2, sum] = [0, 0, 0, 0, 0];
  for (let n = 0; n < pcm.length; n++) {
    const x = pcm[n];
    const y = b[0] * x + s1;
    s1 = b[1] * x - a[0] * y + s2;
    s2 = b[2] * x - a[1] * y;
    const z = d[0] * y + t1;
    t1 = d[1] * y - c[0] * z + t2;
    t2 = d[2] * y - c[1] * z;
    sum += z * z;
    energy[n + 1] = sum;
  }
  return energy;
}
