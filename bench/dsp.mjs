// How long spectrograms take, beside librosa where Python has it, else beside the same steps in scipy or numpy.
//   node bench/dsp.mjs [--json] [--runs N]      PYTHON=/path/to/python3 chooses the Python
// One JSON object per line with --json: {case, seconds, sampleRate, shape, runs, ms, peer?, peerMs?, ratio?}. Ours and
// the peer's runs take turns, each in one thread; ms and peerMs are medians, ratio is ms / peerMs. Needs a build.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { DEFAULT_SPECTROGRAM, Spectrogram } = createRequire(import.meta.url)('#src/dsp/spectrogram');

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '15' } },
});
const runs = Number(options.runs);
const WARM_UP = 3;
const SAMPLE_RATE = 44100;

/** The node's defaults without cropping, and the 513-row picture from 0 to 1 of the classic set-up. */
const CASES = [
  { name: 'mel', settings: { scale: 'mel', normalize: 'model', frames: 0 } },
  { name: 'linear', settings: { scale: 'linear', normalize: 'minmax', frames: 0 } },
];
const SECONDS = [2, 60];

/** Best first. */
const PEERS = ['librosa', 'scipy', 'numpy'];

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

/** A Python that answers cases with their time, or undefined where there is none with at least numpy. */
async function startPeer(python) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'dsp-peer.py');
  const { sampleRate, fftSize, hopLength, melBands, rangeDb } = { ...DEFAULT_SPECTROGRAM, sampleRate: SAMPLE_RATE };
  // The same number of threads as we use.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'], env });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async request => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await lines.next();
    return value && JSON.parse(value);
  };
  const name = (await ask({ sampleRate, fftSize, hopLength, melBands, rangeDb }))?.name;
  return name && { name, time: async request => (await ask(request)).ms, close: () => child.stdin.end() };
}

/** Of the Pythons there are, the one with the best peer. */
async function findPeer() {
  const pythons = process.env.PYTHON ? [process.env.PYTHON] : ['python3', '/usr/bin/python3'];
  const peers = (await Promise.all(pythons.map(startPeer))).filter(Boolean);
  const rank = ({ name }) => PEERS.indexOf(name.split(' ')[0]);
  const [best, ...others] = peers.sort((a, b) => rank(a) - rank(b));
  for (const other of others) other.close();
  return best;
}

const peer = await findPeer();
if (!peer && !options.json) console.log('no Python with librosa, scipy or numpy: no comparison');
for (const seconds of SECONDS) {
  const pcm = sound(seconds);
  for (const { name, settings } of CASES) {
    const spectrogram = new Spectrogram({ ...DEFAULT_SPECTROGRAM, ...settings, sampleRate: SAMPLE_RATE });
    const times = [];
    const peerTimes = [];
    let shape;
    for (let run = -WARM_UP; run < runs; run++) {
      const start = performance.now();
      shape = spectrogram.compute(pcm).info.shape;
      const time = performance.now() - start;
      const peerTime = await peer?.time({ case: name, seconds });
      if (run < 0) continue;
      times.push(time);
      peerTimes.push(peerTime);
    }
    const [ms, peerMs] = [median(times), median(peerTimes)];
    const round = value => Number(value.toFixed(2));
    const beside = peer && { peer: peer.name, peerMs: round(peerMs), ratio: round(ms / peerMs) };
    const result = { case: name, seconds, sampleRate: SAMPLE_RATE, shape, runs, ms: round(ms), ...beside };
    if (options.json) console.log(JSON.stringify(result));
    else {
      const comparison = beside ? `; ${beside.peer} ${beside.peerMs} ms, ratio ${beside.ratio}` : '';
      console.log(`${name} ${shape.join(' × ')} of ${seconds} s: ${result.ms} ms (median of ${runs})${comparison}`);
    }
  }
}
peer?.close();
