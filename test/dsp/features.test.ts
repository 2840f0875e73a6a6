// The twelve features against numpy and scipy (fixtures/features), by hand, and where they could become NaN.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AnyFft, transformLength } from '#src/dsp/any-fft';
import { FEATURE_NAMES } from '#src/dsp/feature-names';
import { FeatureExtractor, type Features } from '#src/dsp/features';
import { Random } from '#src/stats/random';

const FIXTURES = join(__dirname, '..', 'fixtures');
const settings = { sampleRate: 44100, blockSeconds: 0.5, silenceDb: -80 };

const noise = (samples: number, level = 0.1): Float32Array => {
  const random = new Random(3);
  return Float32Array.from({ length: samples }, () => level * random.normal());
};

const tone = (samples: number, frequency: number, sampleRate: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, n) => 0.5 * Math.sin((2 * Math.PI * frequency * n) / sampleRate));

function featuresOf(block: Float32Array, rest: Partial<typeof settings> = {}): Features {
  const features = new FeatureExtractor({ ...settings, ...rest }).featuresOf(block);
  assert.ok(features, 'not silent');
  return features;
}

describe('the transform of any length', () => {
  it('equals the plain sum', () => {
    for (const size of [1, 2, 3, 4, 5, 12, 49, 53, 90, 105, 128, 210]) {
      const x = noise(size);
      const powers = new AnyFft(size).powers(x);
      assert.equal(powers.length, Math.floor(size / 2) + 1);
      powers.forEach((power, k) => {
        let [re, im] = [0, 0];
        x.forEach((value, n) => {
          re += value * Math.cos((2 * Math.PI * k * n) / size);
          im -= value * Math.sin((2 * Math.PI * k * n) / size);
        });
        assert.ok(Math.abs(power - (re * re + im * im)) < 1e-12 * size, `size ${size}, bin ${k}`);
      });
    }
  });

  it('takes the usual half seconds as they are and pads what would be slow', () => {
    for (const size of [4000, 5512, 8000, 11025, 22050, 24000, 48000]) assert.equal(transformLength(size), size);
    assert.equal(transformLength(22051), 22059);
    assert.equal(transformLength(1), 1);
  });
});

describe('loudness features', () => {
  it('equal those of numpy and scipy, block by block', () => {
    const bytes = readFileSync(join(FIXTURES, 'golden', 's44k_signal.f32'));
    const pcm = new Float32Array(new Uint8Array(bytes).buffer);
    const expected = JSON.parse(readFileSync(join(FIXTURES, 'features', 's44k.json'), 'utf8')) as number[][];
    const blocks = new FeatureExtractor(settings).blocksOf(pcm);
    assert.equal(blocks.length, expected.length);
    let worst = 0;
    blocks.forEach((features, block) => {
      FEATURE_NAMES.forEach((name, i) => {
        const difference = Math.abs((features as Features)[name] / expected[block][i] - 1);
        // The source oversamples by a transform that takes each block for one period; ours knows no such wrap.
        const usesPeak = /^(truePeak|crest)/.test(name);
        assert.ok(difference < (usesPeak ? 0.03 : 1e-6), `${name} of block ${block} differs by ${difference}`);
        if (!usesPeak) worst = Math.max(worst, difference);
      });
      const peakDb = (features as Features).truePeakDb - expected[block][2];
      assert.ok(Math.abs(peakDb) < 0.3, `true peak differs by ${peakDb} dB`);
    });
    console.log(`      largest relative difference ${worst.toExponential(1)}`);
  });

  it('of a sine are what they must be', () => {
    const features = featuresOf(tone(22050, 998, 44100));
    const near = (name: keyof Features, expected: number, tolerance = 1e-3) =>
      assert.ok(Math.abs(features[name] - expected) < tolerance, `${name} ${features[name]}, expected ${expected}`);
    near('truePeak', 0.5);
    near('truePeak2', 0.25);
    near('truePeakDb', -6.02, 0.01);
    near('rms2', 0.125);
    near('rms', 0.35355);
    near('rmsDb', -9.03, 0.01);
    near('lufsDb', -9.03, 0.1);
    near('lufs2', 10 ** (features.lufsDb / 10), 1e-9);
    near('lufs', Math.sqrt(features.lufs2), 1e-9);
    near('crest', Math.SQRT2);
    near('crestDb', 3.01, 0.01);
    assert.ok(features.lowHighRatio > 1e6);
    assert.ok(featuresOf(tone(22050, 1002, 44100)).lowHighRatio < 1e-6);
  });

  it('come in the order of the source', () => {
    assert.deepEqual(Object.keys(featuresOf(noise(22050))), [...FEATURE_NAMES]);
    assert.equal(FEATURE_NAMES.length, 12);
  });

  it('skip silence, and what is left at the end', () => {
    const pcm = new Float32Array(5 * 22050 - 1);
    pcm.set(noise(22050, 1e-2), 22050);
    pcm.set(noise(22050, 0.5e-4), 2 * 22050);
    pcm.set(noise(22050, 2e-4), 3 * 22050);
    const blocks = new FeatureExtractor(settings).blocksOf(pcm);
    // −40, −86 and −74 dB RMS.
    assert.deepEqual(
      blocks.map(block => block !== undefined),
      [false, true, false, true],
    );
    assert.deepEqual(new FeatureExtractor(settings).blocksOf(new Float32Array(100)), []);
  });

  it('hold the loudness in dB at −70 where the meter hears nothing', () => {
    const features = featuresOf(noise(22050, 10 ** (-75 / 20)));
    assert.deepEqual([features.lufsDb, features.lufs, features.lufs2], [-70, 0, 0]);
  });

  it('are finite for tones on a bin, clicks, clipped sound, a constant, low sample rates', () => {
    const click = new Float32Array(22050);
    click[11000] = 1;
    const square = tone(22050, 100, 44100).map(Math.sign);
    const constant = new Float32Array(22050).fill(0.2);
    for (const block of [tone(22050, 200, 44100), click, square, constant]) {
      assert.ok(Object.values(featuresOf(block)).every(Number.isFinite));
    }
    assert.equal(featuresOf(constant).lowHighRatio, 1);
    for (const sampleRate of [1000, 2000, 8000, 11025, 96000]) {
      const block = noise(sampleRate / 2);
      assert.ok(Object.values(featuresOf(block, { sampleRate })).every(Number.isFinite), `${sampleRate} Hz`);
    }
  });

  it('refuse numbers beyond all measure, naming the feature', () => {
    const block = noise(22050, 3e38);
    assert.throws(() => featuresOf(block), { code: 'not-finite', message: /the feature \w+ of a block is / });
  });

  it('need blocks of 0.4 s', () => {
    assert.throws(() => new FeatureExtractor({ ...settings, blockSeconds: 0.39 }), {
      code: 'config',
      message: /blocks are 0\.39 s long; expected at least 0\.4 s/,
    });
    new FeatureExtractor({ ...settings, blockSeconds: 0.4, sampleRate: 11025 });
  });
});
