// Our numbers beside librosa's, with the tolerances demanded in test/fixtures/golden/README.md. Each line printed is
// the largest difference seen.
import assert from 'node:assert/strict';
import { amplitudeToDb, powerToDb } from '#src/dsp/decibel';
import { MelFilterBank } from '#src/dsp/mel';
import { DEFAULT_SPECTROGRAM, Spectrogram, type SpectrogramSettings } from '#src/dsp/spectrogram';
import { Stft, stft } from '#src/dsp/stft';
import { golden, holdAbsolute, holdComplex, holdRelative, magnitudes, SIGNALS, type SignalName } from './golden';

const STFT = { fftSize: 1024, hopLength: 512, window: 'hann' } as const;
const MEL_STFT = { fftSize: 2048, hopLength: 512, window: 'hann' } as const;
const MEL_BANDS = 128;

function spectrogramOf(tag: SignalName, settings: Partial<SpectrogramSettings>): Float32Array {
  const spectrogram = new Spectrogram({ ...DEFAULT_SPECTROGRAM, frames: 0, sampleRate: SIGNALS[tag], ...settings });
  return spectrogram.compute(golden(`${tag}_signal`)).values;
}

/** Scaled to 0…1 by lowest and highest value. */
function minMax(values: Float64Array): Float64Array {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return values.map(value => (value - low) / (high - low));
}

function melPower(tag: SignalName): Float64Array {
  const pcm = golden(`${tag}_signal`);
  const transform = new Stft(MEL_STFT);
  const bank = new MelFilterBank({
    sampleRate: SIGNALS[tag],
    fftSize: MEL_STFT.fftSize,
    bands: MEL_BANDS,
    fMin: 0,
    fMax: SIGNALS[tag] / 2,
  });
  const frames = transform.frameCount(pcm.length);
  const values = new Float64Array(MEL_BANDS * frames);
  const power = new Float64Array(transform.bins);
  const column = new Float64Array(MEL_BANDS);
  for (let t = 0; t < frames; t++) {
    transform.power(pcm, t, power);
    bank.apply(power, column);
    for (let band = 0; band < MEL_BANDS; band++) values[band * frames + t] = column[band];
  }
  return values;
}

describe('equal to librosa', () => {
  for (const tag of Object.keys(SIGNALS) as SignalName[]) {
    const sampleRate = SIGNALS[tag];

    it(`${tag}: the centred STFT and its decibels`, () => {
      const { values, shape } = stft(golden(`${tag}_signal`), STFT);
      assert.deepEqual(shape, [513, tag === 's44k' ? 173 : 130]);
      holdComplex(`${tag}_stft_center`, values, 1e-6);
      const magnitude = magnitudes(values);
      holdAbsolute(`${tag}_stft_db_refmax_center`, amplitudeToDb(magnitude, { ref: 'max' }), 1e-3, 'dB');
      holdAbsolute(`${tag}_stft_db_ref1_center`, amplitudeToDb(magnitude), 1e-3, 'dB');
    });

    it(`${tag}: the linear spectrogram, in dB and from 0 to 1`, () => {
      const linear = { ...STFT, scale: 'linear' } as const;
      holdAbsolute(
        `${tag}_stft_db_minmax_center`,
        spectrogramOf(tag, { ...linear, normalize: 'minmax', rangeDb: 80 }),
        1e-5,
      );
      for (const normalize of ['model', 'none'] as const) {
        holdAbsolute(`${tag}_stft_db_ref1_center`, spectrogramOf(tag, { ...linear, normalize }), 1e-3, 'dB');
      }
    });

    it(`${tag}: mel filter banks on both scales`, () => {
      const settings = { sampleRate, fftSize: 2048, bands: MEL_BANDS, fMin: 0, fMax: sampleRate / 2 };
      holdRelative(`${tag}_mel_filters_slaney`, new MelFilterBank(settings).dense(), 1e-6);
      const htk = new MelFilterBank({ ...settings, scale: 'htk', norm: 'none' });
      holdRelative(`${tag}_mel_filters_htk`, htk.dense(), 1e-6);
    });

    it(`${tag}: mel power and its decibels`, () => {
      const power = melPower(tag);
      holdRelative(`${tag}_mel`, power, 1e-5);
      holdAbsolute(`${tag}_mel_db_refmax`, powerToDb(power, { ref: 'max' }), 1e-3, 'dB');
      holdAbsolute(`${tag}_mel_db_ref1`, powerToDb(power), 1e-3, 'dB');
    });

    it(`${tag}: the mel spectrogram in dB`, () => {
      holdAbsolute(`${tag}_mel_db_ref1`, spectrogramOf(tag, { ...MEL_STFT, scale: 'mel' }), 1e-3, 'dB');
    });
  }

  it('s44k: the STFT that is not centred, and its decibels', () => {
    const { values, shape } = stft(golden('s44k_signal'), { ...STFT, center: false });
    assert.deepEqual(shape, [513, 171]);
    holdComplex('s44k_stft_nocenter', values, 1e-6);
    const magnitude = magnitudes(values);
    const refMax = amplitudeToDb(magnitude, { ref: 'max' });
    holdAbsolute('s44k_stft_db_refmax_nocenter', refMax, 1e-3, 'dB');
    holdAbsolute('s44k_stft_db_ref1_nocenter', amplitudeToDb(magnitude), 1e-3, 'dB');
    holdAbsolute('s44k_stft_db_minmax_nocenter', minMax(refMax), 1e-5);
  });
});
