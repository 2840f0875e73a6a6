// From pictures back to sound, beside librosa's own way back and on a real recording. Each line printed is a figure
// that the tolerance next to it holds.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { MeanRange, toDecibels } from '#src/dsp/decibel-range';
import { griffinLim, MOMENTUM } from '#src/dsp/griffin-lim';
import { InverseStft } from '#src/dsp/inverse-stft';
import { Workspace } from '#src/dsp/kernels';
import { MelFilterBank } from '#src/dsp/mel';
import { MelInverse } from '#src/dsp/mel-inverse';
import { DEFAULT_SPECTROGRAM, Spectrogram, type SpectrogramSettings } from '#src/dsp/spectrogram';
import { invertSpectrogram } from '#src/dsp/spectrogram-inverse';
import { NORMALIZATIONS } from '#src/dsp/spectrogram-settings';
import { stft } from '#src/dsp/stft';
import { WINDOW_NAMES } from '#src/dsp/window';
import { Random } from '#src/stats/random';
import { golden, magnitudes, SIGNALS, type SignalName } from './golden';
import { KINDS } from './kinds';

const MEL_STFT = { fftSize: 2048, hopLength: 512, window: 'hann' } as const;
const BINS = 1025;
const BANDS = 128;
const FRAMES: Record<SignalName, number> = { s44k: 173, s22k: 130 };

/** What librosa 0.11.0 reaches on the golden arrays (see test/fixtures/golden/README.md). */
const LIBROSA = {
  s44k: { convergence: { 1: 0.45254, 32: 0.18152 }, melDistance: 0.043, melDbError: 1.5113 },
  s22k: { convergence: { 1: 0.48432, 32: 0.16268 }, melDistance: 0.014, melDbError: 0.9995 },
} as const;

/** Prints a figure and the limit that it must keep. */
function hold(what: string, got: number, most: number): void {
  console.log(`      ${what}: ${got.toPrecision(3)} (at most ${most.toPrecision(3)})`);
  assert.ok(got <= most, `${what} is ${got}, allowed ${most}`);
}

/** Rows and columns changed places. */
function transposed(values: ArrayLike<number>, rows: number): Float32Array {
  const columns = values.length / rows;
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}

/** ‖|STFT(sound)| − wanted‖ / ‖wanted‖, with `wanted` [frame][bin]. */
function spectralConvergence(sound: Float32Array, wanted: Float32Array): number {
  const { values, shape } = stft(sound, MEL_STFT);
  const got = transposed(magnitudes(values), shape[0]);
  let [error, norm] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    error += (got[i] - wanted[i]) ** 2;
    norm += wanted[i] ** 2;
  }
  return Math.sqrt(error / norm);
}

const bankOf = (tag: SignalName) =>
  new MelFilterBank({ sampleRate: SIGNALS[tag], fftSize: 2048, bands: BANDS, fMin: 0, fMax: SIGNALS[tag] / 2 });

/** Magnitudes [frame][bin] that the inversion of the golden mel spectrogram gives. */
function invertedMel(tag: SignalName): Float32Array {
  const inverse = new MelInverse(bankOf(tag));
  const mel = transposed(golden(`${tag}_mel`), BANDS);
  const powers = new Float64Array(BINS);
  const result = new Float32Array(FRAMES[tag] * BINS);
  for (let t = 0; t < FRAMES[tag]; t++) {
    inverse.solve(Float64Array.from(mel.subarray(t * BANDS, (t + 1) * BANDS)), powers);
    result.set(powers.map(Math.sqrt), t * BINS);
  }
  return result;
}

function meanAbsoluteDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

for (const kind of KINDS) {
  describe(`the inverse STFT, with ${kind} SIMD`, () => {
    for (const tag of Object.keys(SIGNALS) as SignalName[]) {
      it(`${tag}: gives the signal again (librosa's istft)`, () => {
        const workspace = new Workspace(kind);
        const frames = tag === 's44k' ? 173 : 130;
        const inverse = new InverseStft({ fftSize: 1024, hopLength: 512, window: 'hann', frames }, workspace);
        const spectra = golden(`${tag}_stft_center`);
        const pair = new Float64Array(513 * 4);
        for (let t = 0; t < frames; t += 2) {
          for (let k = 0; k < 513; k++) {
            for (let lane = 0; lane < Math.min(2, frames - t); lane++) {
              pair[4 * k + lane] = spectra[2 * (k * frames + t + lane)];
              pair[4 * k + 2 + lane] = spectra[2 * (k * frames + t + lane) + 1];
            }
          }
          inverse.add(t, pair);
        }
        const signal = golden(`${tag}_signal`).subarray(0, (frames - 1) * 512);
        const sound = new Float32Array(signal.length);
        inverse.finish(sound);
        hold(
          'largest difference from the signal',
          sound.reduce((m, s, i) => Math.max(m, Math.abs(s - signal[i])), 0),
          1e-5,
        );
      });
    }
  });
}

describe('Griffin-Lim beside librosa', () => {
  for (const tag of Object.keys(SIGNALS) as SignalName[]) {
    const wanted = transposed(golden(`${tag}_mel_to_stft`), BINS);
    const samples = (FRAMES[tag] - 1) * 512;
    for (const iterations of [1, 32] as const) {
      it(`${tag}: converges as far in ${iterations} iterations`, () => {
        const sound = griffinLim(wanted, { ...MEL_STFT, samples, iterations, momentum: MOMENTUM });
        const librosas = LIBROSA[tag].convergence[iterations];
        hold(`spectral convergence after ${iterations}`, spectralConvergence(sound, wanted), 1.05 * librosas);
      });
    }

    it(`${tag}: mel bands are undone more closely than by least squares`, () => {
      const powers = invertedMel(tag).map(magnitude => magnitude ** 2);
      const matrix = bankOf(tag).dense();
      const mel = transposed(golden(`${tag}_mel`), BANDS);
      let [error, norm] = [0, 0];
      for (let t = 0; t < FRAMES[tag]; t++) {
        for (let band = 0; band < BANDS; band++) {
          let energy = 0;
          for (let k = 0; k < BINS; k++) energy += matrix[band * BINS + k] * powers[t * BINS + k];
          error += (energy - mel[t * BANDS + band]) ** 2;
          norm += mel[t * BANDS + band] ** 2;
        }
      }
      const distance = Math.sqrt(error / norm);
      console.log(`      librosa's: ${LIBROSA[tag].melDistance}`);
      hold('relative distance of its mel from the mel', distance, 0.05);
    });

    it(`${tag}: the mel spectrogram of the sound made of a mel spectrogram is that one again`, () => {
      const sound = griffinLim(invertedMel(tag), {
        ...{ ...MEL_STFT, samples, iterations: 32, momentum: MOMENTUM, random: new Random(1) },
      });
      const settings = { ...DEFAULT_SPECTROGRAM, fftSize: 2048, frames: 0, sampleRate: SIGNALS[tag] };
      const again = new Spectrogram(settings).compute(sound).values;
      const error = meanAbsoluteDifference(again, golden(`${tag}_mel_db_ref1`));
      console.log(`      librosa's: ${LIBROSA[tag].melDbError} dB`);
      hold('mean error of its mel, dB', error, 1.2 * LIBROSA[tag].melDbError);
    });
  }
});

describe('the sound of a spectrogram', () => {
  const MOTOR = join(__dirname, '..', '..', 'examples', 'sounds', 'motor', 'normal', 'healthy_1400.flac');
  let motor: { pcm: Float32Array; sampleRate: number };
  before(async () => {
    const { pcm, sampleRate } = await readAudioFile(MOTOR);
    motor = { pcm: pcm.slice(0, sampleRate), sampleRate };
  });

  /** A picture of the motor, the sound of it, and a picture of that in dB beside the first one's. */
  function thereAndBack(settings: Partial<SpectrogramSettings>, phase: 'griffin-lim' | 'input' = 'griffin-lim') {
    const all = { ...DEFAULT_SPECTROGRAM, frames: 0, sampleRate: motor.sampleRate, ...settings };
    const { values, info } = new Spectrogram(all).compute(motor.pcm);
    const phases =
      phase === 'input'
        ? { kind: 'input' as const, original: motor.pcm }
        : { kind: 'griffin-lim' as const, iterations: 32, random: new Random(1) };
    const { pcm } = invertSpectrogram(values, info, { phases, samples: motor.pcm.length });
    const inDb = new Spectrogram({ ...all, normalize: 'none' });
    return { pcm, distance: meanAbsoluteDifference(inDb.compute(pcm).values, inDb.compute(motor.pcm).values) };
  }

  // Mean log-spectral distance of a real recording, a second of a healthy motor, from its own reconstruction.
  for (const normalize of NORMALIZATIONS) {
    it(`of a real recording, mel, normalize ${normalize}: is as loud and looks alike`, () => {
      const { distance, pcm } = thereAndBack({ normalize, rangeDb: 100 });
      assert.equal(pcm.length, motor.pcm.length);
      hold('log-spectral distance, dB', distance, 0.5);
    });
  }

  it('of a real recording, linear: is as loud and looks alike', () => {
    hold(
      'log-spectral distance, dB',
      thereAndBack({ scale: 'linear', hopLength: 256, normalize: 'minmax' }).distance,
      4,
    );
  });

  it("with the original's phase is nearly the original", () => {
    const { pcm } = thereAndBack({ scale: 'linear', hopLength: 256 }, 'input');
    const energy = motor.pcm.reduce((sum, sample) => sum + sample ** 2, 0);
    const error = motor.pcm.reduce((sum, sample, i) => sum + (sample - pcm[i]) ** 2, 0);
    hold('noise to signal, dB', 10 * Math.log10(error / energy), -60);
  });

  for (const window of WINDOW_NAMES) {
    it(`comes back through a ${window} window`, () => {
      const { pcm } = thereAndBack({ scale: 'linear', window, hopLength: 256 }, 'input');
      const most = pcm.reduce((m, sample, i) => Math.max(m, Math.abs(sample - motor.pcm[i])), 0);
      assert.ok(most < 1e-4, `${most}`);
    });
  }

  const tone = (amplitude: number) =>
    Float32Array.from({ length: 16000 }, (_, i) => amplitude * Math.sin((2 * Math.PI * 440 * i) / 16000));
  const spectrogramOf = (pcm: Float32Array, settings: Partial<SpectrogramSettings> = {}) =>
    new Spectrogram({ ...DEFAULT_SPECTROGRAM, frames: 0, sampleRate: 16000, ...settings }).compute(pcm);
  const phases = () => ({ kind: 'griffin-lim' as const, iterations: 8, random: new Random(1) });

  it('is the same for the same picture', () => {
    const { values, info } = spectrogramOf(tone(0.5));
    const [a, b] = [0, 1].map(() => invertSpectrogram(values, info, { phases: phases() }).pcm);
    assert.deepEqual(a, b);
  });

  it('of silence is silence', () => {
    for (const normalize of NORMALIZATIONS) {
      const { values, info } = spectrogramOf(new Float32Array(16000), { normalize });
      const { pcm, peak } = invertSpectrogram(values, info, { phases: phases() });
      assert.ok(peak < 1e-4, `${normalize}: ${peak}`);
      assert.ok(pcm.every(Number.isFinite));
    }
  });

  it('is turned down where it would be beyond full scale', () => {
    const { values, info } = spectrogramOf(tone(0.9));
    const louder = values.map(value => value + 20);
    const { pcm, peak } = invertSpectrogram(louder, info, { phases: phases() });
    assert.ok(peak > 5 && peak < 15, `${peak}`);
    const loudest = pcm.reduce((m, sample) => Math.max(m, Math.abs(sample)), 0);
    assert.ok(loudest > 0.999 && loudest <= 1, `${loudest}`);
  });

  it('stops where the picture does', () => {
    const { values, info } = spectrogramOf(tone(0.5), { frames: 20 });
    assert.equal(invertSpectrogram(values, info, { phases: phases() }).pcm.length, 19 * 512);
    assert.equal(invertSpectrogram(values, info, { phases: phases(), samples: 16000 }).pcm.length, 19 * 512 + 511);
    assert.equal(invertSpectrogram(values, info, { phases: phases(), samples: 3000 }).pcm.length, 3000);
  });

  it('of a single column goes up to where a next would be', () => {
    const { values, info } = spectrogramOf(tone(0.5), { frames: 1 });
    assert.equal(invertSpectrogram(values, info, { phases: phases() }).pcm.length, 511);
  });

  it('finds the dB again that were scaled to 0…1', () => {
    const decibels = spectrogramOf(tone(0.5), { normalize: 'none' }).values;
    for (const normalize of ['minmax', 'range'] as const) {
      const { values, info } = spectrogramOf(tone(0.5), { normalize });
      const again = toDecibels(values, info);
      // What fell below the range is silent.
      const kept = decibels.map((value, i) => (value > Number(info.lowDb) + 1e-3 ? value - again[i] : 0));
      const most = kept.reduce((m, error) => Math.max(m, Math.abs(error)), 0);
      assert.ok(most < 1e-3, `${normalize}: ${most} dB`);
      assert.equal(Number(info.highDb) - Number(info.lowDb) <= 80.001, true);
    }
    const { info } = spectrogramOf(tone(0.5), { normalize: 'model' });
    assert.deepEqual([info.lowDb, info.highDb], [undefined, undefined]);
  });

  it('of a model that means many: the mean of what 0 and 1 stood for', () => {
    const mean = new MeanRange();
    assert.deepEqual(mean.mean(), {});
    for (const lowDb of [-80, -60, -40]) mean.add({ lowDb, highDb: lowDb + 70 });
    mean.add({});
    assert.deepEqual(mean.mean(), { lowDb: -60, highDb: 10 });
  });

  it('needs to know how loud 0 and 1 are', () => {
    const { values, info } = spectrogramOf(tone(0.5), { normalize: 'minmax' });
    const { lowDb: _low, highDb: _high, ...without } = info;
    assert.throws(() => invertSpectrogram(values, without, { phases: phases() }), {
      code: 'no-db-range',
      message: /lowDb undefined and highDb undefined; expected numbers/,
    });
  });

  it('refuses what cannot be: no iterations, frames that do not touch, bins that do not fit, endless loudness', () => {
    const { values, info } = spectrogramOf(tone(0.5));
    const withInfo =
      (rest: object, picture = values) =>
      () =>
        invertSpectrogram(picture, { ...info, ...rest }, { phases: phases() });
    assert.throws(() => invertSpectrogram(values, info, { phases: { ...phases(), iterations: 0 } }), {
      code: 'config',
    });
    assert.throws(withInfo({ hopLength: 1024 }), { code: 'config', message: /1024 samples apart .* at most 512/ });
    assert.throws(withInfo({ scale: 'linear' }), { code: 'payload-size', message: /128 bins; expected 513/ });
    assert.throws(withInfo({ fftSize: 1000 }), { code: 'config' });
    const endless = { shape: [1, 2000], fftSize: 65536, melBands: 1 };
    assert.throws(withInfo(endless, new Float32Array(2000)), { code: 'too-large', message: /at most 1023 frames/ });
    assert.throws(withInfo({ window: 'kaiser' }), { code: 'config' });
    assert.throws(
      withInfo(
        { max: 9000 },
        values.map(() => 9000),
      ),
      { code: 'too-loud' },
    );
  });

  it('keeps the phase of a silent stretch of the original out of trouble', () => {
    const { values, info } = spectrogramOf(tone(0.5));
    const { pcm } = invertSpectrogram(values, info, { phases: { kind: 'input', original: new Float32Array(100) } });
    assert.ok(pcm.every(Number.isFinite));
  });
});
