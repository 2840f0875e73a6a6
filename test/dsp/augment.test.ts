// Altered copies of sounds, measured: each alteration is as large as it says, and nothing else changes.
import assert from 'node:assert/strict';
import FFT from 'fft.js';
import { type AugmentSettings, augment } from '#src/dsp/augment';
import { Random } from '#src/stats/random';

const RATE = 16000;
const NOTHING: AugmentSettings = {
  gainDb: 0,
  noise: 'none',
  snrDb: 0,
  shiftSeconds: 0,
  speedPercent: 0,
  maskOctaves: 0,
};
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

const tone = (hz: number, seconds = 2, amplitude = 0.2): Float32Array =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE));
function noise(seconds = 2): Float32Array {
  const random = new Random(99);
  return Float32Array.from({ length: seconds * RATE }, () => 0.05 * random.normal());
}
const altered = (pcm: Float32Array, settings: Partial<AugmentSettings>, seed = 1) =>
  augment(pcm, RATE, { ...NOTHING, ...settings }, new Random(seed));

const energyOf = (pcm: Float32Array): number => pcm.reduce((sum, sample) => sum + sample ** 2, 0);
const difference = (a: Float32Array, b: Float32Array): Float32Array => a.map((sample, i) => sample - b[i]);
const decibels = (ratio: number): number => 10 * Math.log10(ratio);

/** Power by frequency of the middle, Hann window: [Hz per bin, powers]. */
function spectrumOf(pcm: Float32Array): [number, Float64Array] {
  const size = 2 ** Math.floor(Math.log2(pcm.length));
  const start = (pcm.length - size) >> 1;
  const fft = new FFT(size);
  const complex = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) complex[2 * i] = pcm[start + i] * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  const out = new Float64Array(2 * size);
  fft.transform(out, complex);
  return [RATE / size, Float64Array.from({ length: size / 2 }, (_, k) => out[2 * k] ** 2 + out[2 * k + 1] ** 2)];
}

/** Frequency of the loudest tone, between bins by the parabola through its logarithms. */
function pitchOf(pcm: Float32Array): number {
  const [hzPerBin, powers] = spectrumOf(pcm);
  const k = powers.indexOf(powers.reduce((a, b) => Math.max(a, b)));
  const [a, b, c] = [powers[k - 1], powers[k], powers[k + 1]].map(Math.log);
  return (k + (0.5 * (a - c)) / (a - 2 * b + c)) * hzPerBin;
}

/** Mean power per bin in a band. */
function levelIn(pcm: Float32Array, low: number, high: number): number {
  const [hzPerBin, powers] = spectrumOf(pcm);
  const band = powers.subarray(Math.ceil(low / hzPerBin), Math.floor(high / hzPerBin));
  return band.reduce((sum, power) => sum + power, 0) / band.length;
}

describe('altered copies of a sound', () => {
  it('are the same for the same seed, others for another, and never written over the sound', () => {
    const everything: AugmentSettings = {
      ...{ gainDb: 6, noise: 'pink', snrDb: 20, shiftSeconds: 0.1, speedPercent: 5, maskOctaves: 0.5 },
    };
    const pcm = noise();
    const before = pcm.slice();
    const [a, again, b] = [1, 1, 2].map(seed => altered(pcm, everything, seed));
    assert.deepEqual(a, again);
    assert.notDeepEqual(a.pcm, b.pcm);
    assert.deepEqual(pcm, before);
    assert.equal(a.pcm.length, pcm.length);
    assert.deepEqual(Object.keys(a.augmentation).sort(), [
      'gainDb',
      'maskHz',
      'noise',
      'shiftSeconds',
      'snrDb',
      'speed',
    ]);
  });

  it('are the sound itself where nothing is to be altered', () => {
    const pcm = noise();
    assert.deepEqual(altered(pcm, {}), { pcm, augmentation: {} });
  });

  for (const kind of ['white', 'pink'] as const) {
    for (const snrDb of [-10, 0, 20, 40]) {
      it(`${kind} noise at ${snrDb} dB is that far below the sound, to 0.1 dB`, () => {
        const pcm = tone(440, 2, 0.02);
        for (const seed of SEEDS) {
          const copy = altered(pcm, { noise: kind, snrDb }, seed);
          const measured = decibels(energyOf(pcm) / energyOf(difference(copy.pcm, pcm)));
          assert.ok(Math.abs(measured - snrDb) < 0.1, `${measured} dB`);
          assert.deepEqual(copy.augmentation, { noise: kind, snrDb });
        }
      });
    }
  }

  it('white noise is level, pink noise falls by 3 dB an octave', () => {
    const pcm = tone(440, 16, 0.02);
    for (const [kind, slope] of [
      ['white', 0],
      ['pink', -3],
    ] as const) {
      const added = difference(altered(pcm, { noise: kind, snrDb: 0 }).pcm, pcm);
      const levels = [100, 200, 400, 800, 1600, 3200].map(hz => decibels(levelIn(added, hz, 2 * hz)));
      const fall = (levels[5] - levels[0]) / 5;
      console.log(`      ${kind}: ${fall.toFixed(2)} dB an octave`);
      assert.ok(Math.abs(fall - slope) < 0.3, `${kind}: ${fall} dB an octave`);
    }
  });

  it('the noise of silence is silence', () => {
    const { pcm, augmentation } = altered(new Float32Array(RATE), { noise: 'white', snrDb: 10, gainDb: 6 });
    assert.ok(pcm.every(sample => sample === 0));
    assert.equal(augmentation.noise, undefined);
  });

  it('are louder or quieter by what they say, within the range', () => {
    const pcm = tone(440, 1, 0.1);
    const gains = SEEDS.map(seed => {
      const copy = altered(pcm, { gainDb: 6 }, seed);
      const measured = decibels(energyOf(copy.pcm) / energyOf(pcm));
      assert.ok(Math.abs(measured - Number(copy.augmentation.gainDb)) < 1e-3);
      assert.ok(Math.abs(measured) <= 6);
      return measured;
    });
    assert.ok(Math.max(...gains) - Math.min(...gains) > 4, gains.join(', '));
  });

  it('stay within full scale', () => {
    for (const seed of SEEDS) {
      const { pcm, augmentation } = altered(tone(440, 1, 0.9), { gainDb: 20, noise: 'white', snrDb: 0 }, seed);
      assert.ok(pcm.every(sample => Math.abs(sample) <= 1));
      assert.ok(Number(augmentation.gainDb) < 1);
    }
  });

  it('are faster and higher by what they say, as long as before', () => {
    const speeds = SEEDS.map(seed => {
      const { pcm, augmentation } = altered(tone(1000), { speedPercent: 20 }, seed);
      const speed = Number(augmentation.speed);
      assert.equal(pcm.length, 2 * RATE);
      assert.ok(Math.abs(pitchOf(pcm) - 1000 * speed) < 0.5, `${pitchOf(pcm)} Hz at speed ${speed}`);
      assert.ok(speed >= 0.8 && speed <= 1.2);
      // What is missing at the end of a faster one is filled, without a jump.
      assert.ok(pcm.every((sample, i) => i === 0 || Math.abs(sample - pcm[i - 1]) < 0.12));
      assert.ok(energyOf(pcm.subarray(-1000)) > 0.01 * 1000);
      return speed;
    });
    assert.ok(Math.min(...speeds) < 0.95 && Math.max(...speeds) > 1.05, speeds.join(', '));
  });

  it('are earlier or later by what they say, the gap filled with the mirror image', () => {
    const pcm = noise();
    for (const seed of SEEDS) {
      const { pcm: copy, augmentation } = altered(pcm, { shiftSeconds: 0.1 }, seed);
      const shift = Math.round(Number(augmentation.shiftSeconds) * RATE);
      assert.ok(shift !== 0 && Math.abs(shift) <= 0.1 * RATE);
      for (let i = 0; i < pcm.length; i++) {
        const mirrored =
          i - shift < 0 ? shift - i : i - shift > pcm.length - 1 ? 2 * (pcm.length - 1) - (i - shift) : i - shift;
        assert.equal(copy[i], pcm[mirrored]);
      }
    }
  });

  it('take a shift longer than the sound', () => {
    const { pcm } = altered(noise(1).subarray(0, 100), { shiftSeconds: 10 });
    assert.equal(pcm.length, 100);
    assert.ok(pcm.every(Number.isFinite));
    assert.ok(
      altered(Float32Array.of(0.5), { shiftSeconds: 1, speedPercent: 10, maskOctaves: 1 }).pcm.every(Number.isFinite),
    );
  });

  it('lack the band that they say, by 40 dB, and nothing beside it', () => {
    const pcm = noise(4);
    for (const seed of SEEDS) {
      const { pcm: copy, augmentation } = altered(pcm, { maskOctaves: 0.5 }, seed);
      const [low, high] = augmentation.maskHz ?? [0, 0];
      assert.ok(Math.abs(Math.log2(high / low) - 0.5) < 1e-9 && high <= RATE / 2);
      // Two bins of the filter away from the edges.
      const edge = 2 * (RATE / 2048);
      if (high - low > 3 * edge) {
        const inside = decibels(levelIn(copy, low + edge, high - edge) / levelIn(pcm, low + edge, high - edge));
        assert.ok(inside < -40, `${inside} dB from ${low} to ${high} Hz`);
      }
      for (const [from, to] of [
        [20, low - edge],
        [high + edge, RATE / 2],
      ]) {
        if (to - from < 50) continue;
        const outside = decibels(levelIn(copy, from, to) / levelIn(pcm, from, to));
        assert.ok(Math.abs(outside) < 0.1, `${outside} dB from ${from} to ${to} Hz`);
      }
    }
  });
});
