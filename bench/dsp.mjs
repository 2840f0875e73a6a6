// How long spectrograms take, beside librosa where Python has it, else beside the same steps in numpy, else alone.
//   node bench/dsp.mjs [--json] [--runs N]      PYTHON=/path/to/python3 chooses the Python
// One JSON object per line with --json: {case, seconds, sampleRate, shape, ms, runs, peer?, peerMs?, ratio?}; ms is the
// median of the runs in one thread, ratio is ms / peerMs. Needs a build (npm run build).
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { DEFAULT_SPECTROGRAM, Spectrogram } = createRequire(import.meta.url)('#src/dsp/spectrogram');

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '15' } },
});
const runs = Number(options.runs);
const WARM_UP = 5;
const SAMPLE_RATE = 44100;

/** The node's defaults without cropping, and the 513-row picture from 0 to 1 of the classic set-up. */
const CASES = [
  { name: 'mel', settings: { scale: 'mel', normalize: 'model', frames: 0 } },
  { name: 'linear', settings: { scale: 'linear', normalize: 'minmax', frames: 0 } },
];
const SECONDS = [2, 60];

/** A chirp with a little noise: no silence, no denormal numbers. */
function sound(seconds) {
  let state = 1;
  return Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const t = i / SAMPLE_RATE;
    return 0.4 * Math.sin(2 * Math.PI * (100 + 100 * t) * t) + 0.05 * (state / 2 ** 31 - 1);
  });
}

const median = times => times.sort((a, b) => a - b)[times.length >> 1];

function measure(settings, pcm) {
  const spectrogram = new Spectrogram({ ...DEFAULT_SPECTROGRAM, ...settings, sampleRate: SAMPLE_RATE });
  const times = [];
  let shape;
  for (let run = -WARM_UP; run < runs; run++) {
    const start = performance.now();
    shape = spectrogram.compute(pcm).info.shape;
    if (run >= 0) times.push(performance.now() - start);
  }
  return { ms: median(times), shape };
}

/** Median milliseconds of the peer by `case seconds`; undefined where Python or numpy is missing. */
function askPeer() {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'dsp-peer.py');
  const { sampleRate, fftSize, hopLength, melBands, rangeDb } = { ...DEFAULT_SPECTROGRAM, sampleRate: SAMPLE_RATE };
  const request = { sampleRate, fftSize, hopLength, melBands, rangeDb, seconds: SECONDS, runs };
  const { status, stdout } = spawnSync(process.env.PYTHON ?? 'python3', [script], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    // The same number of threads as we use.
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const peer = askPeer();
if (!peer && !options.json) console.log('python3 has neither librosa nor numpy: no comparison');
for (const seconds of SECONDS) {
  const pcm = sound(seconds);
  for (const { name, settings } of CASES) {
    const { ms, shape } = measure(settings, pcm);
    const peerMs = peer?.times[`${name} ${seconds}`];
    const round = value => Number(value.toFixed(2));
    const beside = peerMs && { peer: peer.name, peerMs: round(peerMs), ratio: round(ms / peerMs) };
    const result = { case: name, seconds, sampleRate: SAMPLE_RATE, shape, ms: round(ms), runs, ...beside };
    if (options.json) console.log(JSON.stringify(result));
    else {
      const comparison = beside ? `; ${beside.peer} ${beside.peerMs} ms, ratio ${beside.ratio}` : '';
      console.log(`${name} ${shape.join(' × ')} of ${seconds} s: ${result.ms} ms (median of ${runs})${comparison}`);
    }
  }
}
