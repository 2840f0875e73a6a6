// Loudness and true peak against the standards' own test signals, made here as EBU Tech 3341 (2016) describes them.
import assert from 'node:assert/strict';
import { integratedLoudness, kWeighting } from '#src/dsp/loudness';
import { truePeak } from '#src/dsp/true-peak';

const RATES = [8000, 11025, 16000, 22050, 44100, 48000, 96000];

/** Stretches of a sine, one after the other without a jump in phase. */
function sine(sampleRate: number, frequency: number, stretches: { seconds: number; peakDb: number }[]): Float32Array {
  const lengths = stretches.map(({ seconds }) => Math.round(seconds * sampleRate));
  const pcm = new Float32Array(lengths.reduce((sum, n) => sum + n, 0));
  let at = 0;
  lengths.forEach((length, i) => {
    const amplitude = 10 ** (stretches[i].peakDb / 20);
    for (const end = at + length; at < end; at++)
      pcm[at] = amplitude * Math.sin((2 * Math.PI * frequency * at) / sampleRate);
  });
  return pcm;
}

const near = (got: number, expected: number, tolerance: number, what = '') =>
  assert.ok(Math.abs(got - expected) <= tolerance, `${what} ${got}, expected ${expected} ± ${tolerance}`);

describe('loudness (ITU-R BS.1770-4)', () => {
  it('weights by the coefficients of the standard at 48 kHz', () => {
    const [shelf, highPass] = kWeighting(48000);
    const expected = [
      [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
      [1, -2, 1, -1.99004745483398, 0.99007225036621],
    ];
    [shelf, highPass].forEach(({ b, a }, stage) => {
      [...b, ...a].forEach((value, i) => {
        near(value, expected[stage][i], 1e-8);
      });
    });
  });

  it('of a 997 Hz sine at full scale in one channel is −3.01 LUFS at any sample rate', () => {
    for (const rate of RATES) {
      near(integratedLoudness([sine(rate, 997, [{ seconds: 5, peakDb: 0 }])], rate), -3.01, 0.05, `${rate} Hz:`);
    }
  });

  /** The numbered cases of EBU Tech 3341, table 1: a stereo sine of 1000 Hz, both channels in phase. */
  const cases: [number, [seconds: number, peakDb: number][], number][] = [
    [1, [[20, -23]], -23],
    [2, [[20, -33]], -33],
    [
      3,
      [
        [10, -36],
        [60, -23],
        [10, -36],
      ],
      -23,
    ],
    [
      4,
      [
        [10, -72],
        [10, -36],
        [60, -23],
        [10, -36],
        [10, -72],
      ],
      -23,
    ],
    [
      5,
      [
        [20, -26],
        [20.1, -20],
        [20, -26],
      ],
      -23,
    ],
  ];
  for (const [number, stretches, expected] of cases) {
    it(`EBU Tech 3341 case ${number}: ${expected} ± 0.1 LUFS`, () => {
      for (const rate of [44100, 48000]) {
        const channel = sine(
          rate,
          1000,
          stretches.map(([seconds, peakDb]) => ({ seconds, peakDb })),
        );
        const loudness = integratedLoudness([channel, channel], rate);
        console.log(`      ${rate} Hz: ${loudness.toFixed(3)} LUFS`);
        near(loudness, expected, 0.1);
      }
    });
  }

  it('EBU Tech 3341 case 6, five channels: −23 ± 0.1 LUFS', () => {
    const channels = [-28, -28, -24, -30, -30].map(peakDb => sine(48000, 1000, [{ seconds: 20, peakDb }]));
    near(integratedLoudness(channels, 48000), -23, 0.1);
  });

  it('of silence, of a constant and of what stays below the gate is −Infinity', () => {
    const constant = new Float32Array(48000).fill(0.5);
    // The constant's sudden start is heard; a second later it is gone.
    assert.ok(integratedLoudness([constant], 48000) < -3);
    for (const pcm of [new Float32Array(48000), sine(48000, 1000, [{ seconds: 1, peakDb: -75 }])]) {
      assert.equal(integratedLoudness([pcm], 48000), Number.NEGATIVE_INFINITY);
    }
  });

  it('needs 0.4 s', () => {
    assert.throws(() => integratedLoudness([new Float32Array(3199)], 8000), {
      code: 'too-short',
      message: /3199 samples at 8000 Hz .* at least 0\.4 s \(3200 samples\)/,
    });
    integratedLoudness([new Float32Array(3200)], 8000);
  });
});

describe('true peak', () => {
  /** EBU Tech 3341, table 1, cases 15 to 18: a sine of a quarter of the sample rate whose samples miss its top. */
  it('finds the top between the samples: EBU Tech 3341 cases 15 to 18', () => {
    for (const degrees of [0, 45, 60, 67.5]) {
      const pcm = Float32Array.from(
        { length: 4800 },
        (_, n) => 0.5 * Math.sin((Math.PI / 2) * n + (degrees * Math.PI) / 180),
      );
      near(20 * Math.log10(truePeak(pcm)), -6.02, 0.3, `phase ${degrees}°:`);
    }
  });

  it('is within 0.3 dB for any frequency up to a third of the sample rate', () => {
    let worst = 0;
    for (let cycles = 0.005; cycles < 1 / 3; cycles += 0.0137) {
      const pcm = Float32Array.from({ length: 2000 }, (_, n) => 0.7 * Math.cos(2 * Math.PI * cycles * (n + 0.37)));
      worst = Math.max(worst, Math.abs(20 * Math.log10(truePeak(pcm) / 0.7)));
    }
    console.log(`      off by at most ${worst.toFixed(3)} dB`);
    assert.ok(worst < 0.3);
  });

  it('of a piece cut out of a constant is no higher: the cut is no step', () => {
    near(truePeak(new Float32Array(500).fill(-0.5)), 0.5, 1e-12);
  });

  it('is the highest sample where a block is shorter than the filter', () => {
    near(truePeak(Float32Array.of(0.1, -0.9, 0.3)), 0.9, 1e-7);
  });
});
