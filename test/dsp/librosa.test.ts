// Our numbers beside librosa's, with the tolerances demanded in test/fixtures/golden/README.md. Each line printed is
// the largest difference seen.
import assert from 'node:assert/strict';
import { Workspace } from '#src/dsp/kernels';
import { MelFilterBank } from '#src/dsp/mel';
import { DEFAULT_SPECTROGRAM, Spectrogram, type SpectrogramSettings } from '#src/dsp/spectrogram';
import { stft } from '#src/dsp/stft';
import type { KernelKind } from '#src/wasm';
import { golden, holdAbsolute, holdComplex, holdRelative, magnitudes, SIGNALS, type SignalName } from './golden';
import { KINDS } from './kinds';
import { amplitudesToDb, relativeToMax } from './reference';

const STFT = { fftSize: 1024, hopLength: 512, window: 'hann' } as const;
const MEL_STFT = { fftSize: 2048, hopLength: 512, window: 'hann' } as const;
const MEL_BANDS = 128;

function spectrogramOf(kind: KernelKind, tag: SignalName, settings: Partial<SpectrogramSettings>): Float32Array {
  const all = { ...DEFAULT_SPECTROGRAM, frames: 0, sampleRate: SIGNALS[tag], ...settings };
  return new Spectrogram(all, new Workspace(kind)).compute(golden(`${tag}_signal`)).values;
}

/** Scaled to 0…1 by lowest and highest value. */
function minMax(values: Float64Array): Float64Array {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return values.map(value => (value - low) / (high - low));
}

describe('mel filter banks', () => {
  for (const tag of Object.keys(SIGNALS) as SignalName[]) {
    it(`${tag}: equal librosa's on both scales`, () => {
      const sampleRate = SIGNALS[tag];
      const settings = { sampleRate, fftSize: 2048, bands: MEL_BANDS, fMin: 0, fMax: sampleRate / 2 };
      holdRelative(`${tag}_mel_filters_slaney`, new MelFilterBank(settings).dense(), 1e-6);
      const htk = new MelFilterBank({ ...settings, scale: 'htk', norm: 'none' });
      holdRelative(`${tag}_mel_filters_htk`, htk.dense(), 1e-6);
    });
  }
});

for (const kind of KINDS) {
  describe(`equal to librosa, with ${kind} SIMD`, () => {
    for (const tag of Object.keys(SIGNALS) as SignalName[]) {
      it(`${tag}: the centred STFT and its decibels`, () => {
        const { values, shape } = stft(golden(`${tag}_signal`), STFT, new Workspace(kind));
        assert.deepEqual(shape, [513, tag === 's44k' ? 173 : 130]);
        holdComplex(`${tag}_stft_center`, values, 1e-6);
        const magnitude = magnitudes(values);
        holdAbsolute(`${tag}_stft_db_refmax_center`, amplitudesToDb(magnitude, 'max'), 1e-3, 'dB');
        holdAbsolute(`${tag}_stft_db_ref1_center`, amplitudesToDb(magnitude), 1e-3, 'dB');
      });

      it(`${tag}: the linear spectrogram, in dB and from 0 to 1`, () => {
        const linear = { ...STFT, scale: 'linear' } as const;
        const unit = spectrogramOf(kind, tag, { ...linear, normalize: 'minmax', rangeDb: 80 });
        holdAbsolute(`${tag}_stft_db_minmax_center`, unit, 1e-5);
        for (const normalize of ['model', 'none'] as const) {
          const decibels = spectrogramOf(kind, tag, { ...linear, normalize });
          holdAbsolute(`${tag}_stft_db_ref1_center`, decibels, 1e-3, 'dB');
          holdAbsolute(`${tag}_stft_db_refmax_center`, relativeToMax(decibels), 1e-3, 'dB');
        }
      });

      it(`${tag}: mel power`, () => {
        const decibels = spectrogramOf(kind, tag, { ...MEL_STFT, scale: 'mel', rangeDb: 0 });
        const power = Float64Array.from(decibels, value => 10 ** (value / 10));
        holdRelative(`${tag}_mel`, power, 1e-5);
      });

      it(`${tag}: the mel spectrogram in dB`, () => {
        const decibels = spectrogramOf(kind, tag, { ...MEL_STFT, scale: 'mel' });
        holdAbsolute(`${tag}_mel_db_ref1`, decibels, 1e-3, 'dB');
        holdAbsolute(`${tag}_mel_db_refmax`, relativeToMax(decibels), 1e-3, 'dB');
      });
    }

    it('s44k: the STFT that is not centred, and its decibels', () => {
      const { values, shape } = stft(golden('s44k_signal'), { ...STFT, center: false }, new Workspace(kind));
      assert.deepEqual(shape, [513, 171]);
      holdComplex('s44k_stft_nocenter', values, 1e-6);
      const magnitude = magnitudes(values);
      const refMax = amplitudesToDb(magnitude, 'max');
      holdAbsolute('s44k_stft_db_refmax_nocenter', refMax, 1e-3, 'dB');
      holdAbsolute('s44k_stft_db_ref1_nocenter', amplitudesToDb(magnitude), 1e-3, 'dB');
      holdAbsolute('s44k_stft_db_minmax_nocenter', minMax(refMax), 1e-5);
    });
  });
}
