// The kinds of files that must survive: how each is written and read, by the package's own functions. What is kept
// under a key counts up from 1 with each write; that is all a kind has to give back.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { RecordingFolder } from '#src/audio/recording-folder';
import { ExampleSpool } from '#src/store/example-spool';
import { FeedbackSet } from '#src/store/feedback-set';
import { readModelFile } from '#src/store/model-file';
import { ModelStore } from '#src/store/model-store';
import { writeFeature } from '#src/store/spectrogram-file';
import { readSpectrograms } from '#src/store/spectrogram-pass';

/** More than a page of memory, so that half of a file can be missing. */
const VALUES = 1536;
const SHAPE = [32, 48];
const FRONT_END = { shape: SHAPE, sampleRate: 16000, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'mel' };
const NOON = Date.UTC(2026, 5, 7, 12);
/** Every so many values a key is removed instead of written, where a kind can do that. */
const REMOVAL = 5;

/** The key and the value, so that a file that holds another's is known. */
const content = (key, value) => Float32Array.from({ length: VALUES }, (_, i) => (i % 2 ? value : key));

/** The value that `values` were made of; an error where they were not made for this key. */
function valueIn(values, key = values[0]) {
  const [, value] = values;
  if (values.length === VALUES && values.every((one, i) => one === (i % 2 ? value : key))) return value;
  throw new Error(`values of ${key} that were never written`);
}

/** What a read of a kind found: values by key, and what was wrong, with the key where it is known. */
class Found {
  values = new Map();
  problems = [];

  /** Takes in one; where a key has several, the newest counts. */
  add(key, read) {
    try {
      const value = read();
      this.values.set(key, Math.max(value, this.values.get(key) ?? 0));
    } catch (thrown) {
      this.problems.push({ key, text: thrown.message });
    }
  }
}

const models = {
  keys: 1,
  write(folder) {
    return async (key, value) => {
      const weights = { shape: [VALUES], data: content(key, value) };
      new ModelStore(folder, 'pump').save({ weights }, { frontEnd: FRONT_END, scores: {}, detectors: {} });
    };
  },
  async read(folder) {
    const found = new Found();
    const store = new ModelStore(folder, 'pump');
    for (const { message } of store.problems({ verify: true })) found.problems.push({ text: message });
    const newest = store.latest({ verify: true });
    if (newest) found.add(0, () => valueIn(readModelFile(newest.file).tensors.weights.data, 0));
    return found;
  },
};

const marks = {
  keys: 4,
  isRemoved: value => value % REMOVAL === 0,
  write(folder) {
    const set = new FeedbackSet(folder);
    return (key, value) => {
      const id = idOf(key);
      if (marks.isRemoved(value)) return set.remove(id);
      return set.add(id, { values: content(key, value), frontEnd: FRONT_END });
    };
  },
  async read(folder) {
    const found = new Found();
    const damaged = problem => found.problems.push({ text: problem.message });
    for await (const { values } of new FeedbackSet(folder).read(damaged)) found.add(values[0], () => valueIn(values));
    return found;
  },
};
const idOf = key => `${key}`.padStart(8, '0');

const recordings = {
  keys: 8,
  write(folder) {
    const recorder = new RecordingFolder(join(folder, 'normal'), 'recording', LIMITS, 0);
    return (key, value) =>
      recorder.record(content(key, value), 16000, NOON + 1000 * (value * recordings.keys + key), 'float32');
  },
  async read(folder) {
    const found = new Found();
    const inside = join(folder, 'normal');
    const names = (await readdir(inside).catch(() => [])).filter(name => name.endsWith('.wav'));
    for (const name of names) {
      try {
        const { pcm } = await readAudioFile(join(inside, name));
        found.add(pcm[0], () => valueIn(pcm));
      } catch (thrown) {
        found.problems.push({ text: `${name}: ${thrown.message}` });
      }
    }
    return found;
  },
};
/** Room for one of each key, and for two more. */
const LIMITS = { maxFiles: recordings.keys + 2, maxBytes: 0, whenFull: 'oldest' };

const spectrograms = {
  keys: 4,
  write(folder) {
    return (key, value) =>
      writeFeature(join(folder, 'features'), `normal/${key}`, content(key, value), {
        spectrogram: { ...FRONT_END, min: 0, max: value },
      });
  },
  async read(folder) {
    const found = new Found();
    const inside = join(folder, 'features');
    if (!(await readdir(join(inside, 'normal')).catch(() => [])).some(name => name.endsWith('.f32'))) return found;
    for (const event of readSpectrograms({ folder: inside, recursive: true, onlyLabels: [] })) {
      if (event.type === 'skipped') {
        const key = Number(event.filename.match(/(\d+)\.f32$/)[1]);
        found.problems.push({ key, text: event.reason, isUnfinished: /not saved to its end/.test(event.reason) });
      }
      if (event.type !== 'segment') continue;
      const { values, description } = event;
      found.add(values[0], () => {
        if (description.spectrogram.max !== valueIn(values)) throw new Error('the description of another');
        return valueIn(values);
      });
    }
    return found;
  },
};

/** What is collected is for one run: nothing of it is to be found again, and nothing of it may stay. */
const spool = {
  keys: 1,
  write(folder) {
    return async (key, value) => {
      const collected = new ExampleSpool({ folder, exampleLength: VALUES, memoryLimitBytes: 0 });
      await collected.append(content(key, value));
      await collected.append(content(key, value));
      await collected.discard();
    };
  },
  read: async () => new Found(),
};

/** Kinds whose acknowledged writes must be found again. */
export const KEPT = { models, marks, recordings, spectrograms };
export const KINDS = { ...KEPT, spool };

/**
 * Holds what was found against what was written.
 * @param acknowledged value by key @param begun value by key that may have been written as well
 * @returns how many acknowledged values are `lost`, and what cannot be read in `unreadable`
 */
export function judge({ isRemoved = () => false }, found, acknowledged, begun) {
  const seen = value => (value === undefined || isRemoved(value) ? undefined : value);
  const lost = [...acknowledged.keys()].filter(key => {
    const value = found.values.get(key);
    return ![acknowledged.get(key), begun.get(key) ?? acknowledged.get(key)].map(seen).includes(value);
  });
  const unreadable = found.problems
    .filter(({ key, isUnfinished }) => !isUnfinished || acknowledged.has(key))
    .map(({ text }) => text);
  return { lost, unreadable };
}
