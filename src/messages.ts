// The message contract between the nodes: types, guards and one-line errors. Signals travel as Buffers (float32,
// little-endian) because Node-RED clones a message for every further wire and shares a Buffer's memory while doing
// so; hence nobody may write into a received Buffer.
import { describeValue, UserError } from './errors';
import { inTurns, TURN_VALUES } from './threads/turns';

/** Describes an audio segment; `msg.audio`. */
export interface AudioInfo {
  /** Hz */
  sampleRate: number;
  /** Samples in the payload (one channel). */
  samples: number;
  seconds: number;
  /** Start of the segment: milliseconds since 1970. */
  startedAt: number;
  /** Where the sound comes from: a device or a file. */
  source: string;
  /** Counts segments of one source from 0. */
  sequence: number;
  /** Input overruns (lost stretches of sound) since the segment before. */
  overruns: number;
  /** Where each channel of a file comes by itself: which one, from 1. */
  channel?: number;
}

export type SpectrogramScale = 'mel' | 'linear';
export type Normalize = 'model' | 'minmax' | 'range' | 'none';

/** The settings that make two spectrograms comparable: what a model was trained on and what it must be given. */
export interface FrontEnd {
  /** [bins, frames] */
  shape: [number, number];
  /** Hz */
  sampleRate: number;
  fftSize: number;
  hopLength: number;
  window: string;
  scale: SpectrogramScale;
  /** Hz */
  fMin: number;
  /** Hz; the Nyquist frequency where the node says 0. */
  fMax: number;
  normalize: Normalize;
  /** dB below a segment's loudest value that are kept; absent in pictures made elsewhere. */
  rangeDb?: number;
  /**
   * dB that 0 and 1 stand for where `normalize` is 'minmax' (this segment's own; of a model: the mean over its training
   * set) or 'range': what is needed to undo the scaling.
   */
  lowDb?: number;
  highDb?: number;
}

/** Describes a spectrogram; `msg.spectrogram`. `min` and `max` are those of the payload. */
export interface SpectrogramInfo extends FrontEnd {
  min: number;
  max: number;
}

/** Position of a message in a pass over files; Node-RED's own convention (`msg.parts`). */
export interface Parts {
  id: string;
  index: number;
  count?: number;
  type?: string;
}

/** `msg.score` */
export interface ScoreInfo {
  kind: 'rl' | 'kl' | 'total';
  rl: number;
  kl: number;
  total: number;
  latent: number[];
  model: { id: string; name: string; version: number };
}

/** `msg.generated`: how a model came to draw this spectrogram. */
export interface GeneratedInfo {
  mode: 'prior' | 'reconstruct' | 'interpolate';
  /** Position among the spectrograms drawn for one message, and their number. */
  index: number;
  count: number;
  /** The latent values that it was drawn from. */
  latent: number[];
  model: ScoreInfo['model'];
}

/** Describes features; `msg.features`. */
export interface FeaturesInfo {
  /** In the order in which they stand in the payload. */
  names: string[];
  /** Length of the block they are of. */
  seconds: number;
}

/** `msg.explanation`: which part of the picture the model did not expect. */
export interface Explanation {
  /** Squared error per element, float32 LE, row-major [bins][frames]. */
  error: Buffer;
  shape: [number, number];
  /** PNG: the spectrogram above, the heat map of the error below. */
  picture: Buffer;
  /** The stretch that holds most of the error. */
  peak: { fMin: number; fMax: number; fromSeconds: number; toSeconds: number };
  text: string;
}

/** `msg.anomaly` */
export interface AnomalyInfo {
  state: 'anomaly' | 'normal';
  score: number;
  threshold: number;
  method: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  source: string;
  text: string;
}

/** A file for an e-mail node (nodemailer's form); `msg.attachments`. */
export interface Attachment {
  filename: string;
  content: Buffer;
  contentType: string;
}

/** Any Node-RED message. */
export interface Message {
  _msgid?: string;
  payload?: unknown;
  topic?: string;
  filename?: string;
  label?: string;
  parts?: Parts;
  complete?: unknown;
  reset?: unknown;
  stop?: unknown;
  /** Sets the threshold of a threshold node while the flow runs. */
  threshold?: unknown;
  audio?: AudioInfo;
  spectrogram?: SpectrogramInfo;
  /** The sound that a spectrogram was made of, as `msg.payload` was, where the spectrogram node keeps it. */
  original?: unknown;
  generated?: GeneratedInfo;
  features?: FeaturesInfo;
  /** What a feature-classifier takes it for: the likeliest class, and the probability of each. */
  class?: string;
  probabilities?: Record<string, number>;
  score?: ScoreInfo;
  explanation?: Explanation;
  anomaly?: AnomalyInfo;
  attachments?: Attachment[];
  [key: string]: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

/** What one value is called in errors. */
const SAMPLE = 'sample';
const SPECTROGRAM_VALUE = 'spectrogram value';

/**
 * A read-only view on a Buffer of float32 LE values; copies only where the Buffer is not aligned to 4 bytes.
 * @throws UserError `payload-size` where the length is not a multiple of 4
 */
export function floatsOf(payload: Buffer, what = 'payload'): Float32Array {
  const view = alignedView(payload, what);
  if (view) return view;
  const copy = new Float32Array(payload.length / 4);
  Buffer.from(copy.buffer).set(payload);
  return copy;
}

/** As `floatsOf`, for any length: where it copies, it does so in turns of the event loop. */
async function floatsInTurns(payload: Buffer): Promise<Float32Array> {
  const view = alignedView(payload, 'payload');
  if (view) return view;
  const copy = new Float32Array(payload.length / 4);
  const bytes = Buffer.from(copy.buffer);
  await inTurns(copy.length, (from, to) => payload.copy(bytes, 4 * from, 4 * from, 4 * to));
  return copy;
}

/** Undefined where the Buffer's values do not stand where float32 may stand in memory. */
function alignedView(payload: Buffer, what: string): Float32Array | undefined {
  if (payload.length % 4 !== 0) {
    throw new UserError(
      'payload-size',
      `msg.${what} has ${payload.length} bytes; expected float32 values, a multiple of 4. Was it changed on the way?`,
    );
  }
  if (payload.byteOffset % 4 !== 0) return undefined;
  return new Float32Array(payload.buffer, payload.byteOffset, payload.length / 4);
}

/** The Buffer over a Float32Array's own memory (no copy). */
export function bufferOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

export interface Sound {
  /** −1…1 */
  pcm: Float32Array;
  info: AudioInfo;
}

/** Values row-major `[bins][frames]`, and their description. */
export interface Picture {
  values: Float32Array;
  info: SpectrogramInfo;
}

/** Whether a message's payload is read in less than a millisecond or so, without turns of the event loop. */
export const isShort = (msg: Message): boolean => payloadBytes(msg) <= 4 * TURN_VALUES;

/** What a message holds in memory, as far as it matters. */
export const payloadBytes = ({ payload }: Message): number => (Buffer.isBuffer(payload) ? payload.length : 0);

/**
 * Reads an audio message at once; for sound that may be long there is `readAudioInTurns`.
 * @throws UserError `not-audio`, `payload-size` or `not-finite` where the message is something else
 */
export function readAudio(msg: Message): Sound {
  const { payload, info } = audioParts(msg);
  const pcm = floatsOf(payload);
  assertFinite(pcm, SAMPLE);
  return { pcm, info };
}

/**
 * Reads an audio message of any length: looked through piece by piece, between turns of the event loop. Whoever must
 * keep messages in order queues them before.
 * @throws UserError as `readAudio`
 */
export async function readAudioInTurns(msg: Message): Promise<Sound> {
  const { payload, info } = audioParts(msg);
  const pcm = await floatsInTurns(payload);
  await assertFiniteInTurns(pcm, SAMPLE);
  return { pcm, info };
}

function audioParts({ payload, audio }: Message): { payload: Buffer; info: AudioInfo } {
  if (!Buffer.isBuffer(payload) || !isRecord(audio) || !isPositive(audio.sampleRate)) {
    throw new UserError(
      'not-audio',
      `expected an audio segment (msg.payload a Buffer of float32 PCM, msg.audio with its sampleRate), got ${describeValue(
        payload,
      )} and msg.audio ${describeValue(audio)}. Wire a mic-in or wav-folder node to this one.`,
    );
  }
  if (payload.length === 0) throw new UserError('not-audio', 'the audio segment is empty: msg.payload has no samples.');
  return { payload, info: audio as AudioInfo };
}

/**
 * Reads a spectrogram message at once; for pictures of long sounds there is `readSpectrogramInTurns`.
 * @throws UserError `not-spectrogram`, `payload-size` or `not-finite` where the message is something else
 */
export function readSpectrogram(msg: Message): Picture {
  const { payload, info } = spectrogramParts(msg);
  const values = floatsOf(payload);
  assertFilled(values, info);
  assertFinite(values, SPECTROGRAM_VALUE);
  return { values, info };
}

/**
 * Reads a spectrogram message of any length, as `readAudioInTurns` does sound.
 * @throws UserError as `readSpectrogram`
 */
export async function readSpectrogramInTurns(msg: Message): Promise<Picture> {
  const { payload, info } = spectrogramParts(msg);
  const values = await floatsInTurns(payload);
  assertFilled(values, info);
  await assertFiniteInTurns(values, SPECTROGRAM_VALUE);
  return { values, info };
}

function spectrogramParts({ payload, spectrogram }: Message): { payload: Buffer; info: SpectrogramInfo } {
  const shape = isRecord(spectrogram) ? spectrogram.shape : undefined;
  if (!Buffer.isBuffer(payload) || !Array.isArray(shape) || shape.length !== 2 || !shape.every(isPositive)) {
    throw new UserError(
      'not-spectrogram',
      `expected a spectrogram (msg.payload a Buffer of float32, msg.spectrogram with its shape), got ${describeValue(
        payload,
      )} and msg.spectrogram ${describeValue(spectrogram)}. Wire a spectrogram node to this one.`,
    );
  }
  return { payload, info: spectrogram as SpectrogramInfo };
}

function assertFilled({ length }: Float32Array, { shape: [bins, frames] }: SpectrogramInfo): void {
  if (length === bins * frames) return;
  throw new UserError(
    'payload-size',
    `msg.spectrogram says ${bins}×${frames} = ${bins * frames} values, msg.payload has ${length}. Was one of them changed on the way?`,
  );
}

/**
 * @param what names one value in the message, e.g. 'sample'
 * @throws UserError `not-finite` naming the first NaN or infinite value
 */
export function assertFinite(values: Float32Array, what: string): void {
  assertPieceFinite(values, 0, values.length, what);
}

/** As `assertFinite`, in turns of the event loop. */
export function assertFiniteInTurns(values: Float32Array, what: string): Promise<void> {
  return inTurns(values.length, (from, to) => assertPieceFinite(values, from, to, what));
}

function assertPieceFinite(values: Float32Array, from: number, to: number, what: string): void {
  const piece = values.subarray(from, to);
  if (allFinite(piece)) return;
  const i = from + piece.findIndex(value => !Number.isFinite(value));
  throw new UserError(
    'not-finite',
    `${what} ${i} of ${values.length} is ${values[i]}; expected finite numbers. The segment was left out: check what makes it.`,
  );
}

/** A finite number times 0 is 0, NaN or infinity times 0 is NaN. Four sums, so that none waits for the one before. */
function allFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length & ~3;
  for (let i = 0; i < fours; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = fours; i < values.length; i++) a += values[i] * 0;
  return a + b + c + d === 0;
}

const FRONT_END_KEYS = [
  'sampleRate',
  'fftSize',
  'hopLength',
  'window',
  'scale',
  'fMin',
  'fMax',
  'normalize',
  'rangeDb',
] as const satisfies readonly (keyof FrontEnd)[];

/** The part of a spectrogram's description that a model depends on: without what differs from segment to segment. */
export function frontEndOf(info: SpectrogramInfo): FrontEnd {
  const { shape, sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize, rangeDb } = info;
  return { shape: [shape[0], shape[1]], sampleRate, fftSize, hopLength, window, scale, fMin, fMax, normalize, rangeDb };
}

/** Says in words how two front ends differ, both values named; empty where they are the same. */
export function frontEndDifference(got: FrontEnd, expected: FrontEnd): string {
  const differences: string[] = [];
  if (got.shape[0] !== expected.shape[0] || got.shape[1] !== expected.shape[1]) {
    differences.push(`shape ${got.shape.join('×')}, expected ${expected.shape.join('×')}`);
  }
  for (const key of FRONT_END_KEYS) {
    if (got[key] !== expected[key] && got[key] !== undefined && expected[key] !== undefined)
      differences.push(`${key} ${got[key]}, expected ${expected[key]}`);
  }
  return differences.join('; ');
}
