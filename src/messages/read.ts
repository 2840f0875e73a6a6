// Reads the signal of a message, or says in one line why it is none.
import { describeValue, UserError } from '../errors';
import { TURN_VALUES } from '../threads/turns';
import { assertFinite, assertFiniteInTurns } from './finite';
import { expectFloats, floatsInTurns, floatsOf } from './floats';
import type { AudioInfo, Message, ScoreInfo, SpectrogramInfo } from './types';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

/** What one value is called in errors. */
const SAMPLE = 'sample';
const SPECTROGRAM_VALUE = 'spectrogram value';

export interface Sound {
  /** −1…1 */
  pcm: Float32Array;
  info: AudioInfo;
}

/** Values row-major `[bins][frames]`, and their description. */
export interface SpectrogramValues {
  values: Float32Array;
  info: SpectrogramInfo;
}

/** The score of a kind; undefined where there is none, or it is no finite number. */
export function scoreOf(info: ScoreInfo, kind: string): number | undefined {
  const score = info[kind];
  return typeof score === 'number' && Number.isFinite(score) ? score : undefined;
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

/**
 * How much sound a message carries, without a look at the samples.
 * @throws UserError `not-audio` or `payload-size`
 */
export function audioSize(msg: Message): { sampleRate: number; samples: number } {
  const { payload, info } = audioParts(msg);
  expectFloats(payload);
  return { sampleRate: info.sampleRate, samples: payload.length / 4 };
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
 * Reads a spectrogram message at once; for those of long sounds there is `readSpectrogramInTurns`.
 * @throws UserError `not-spectrogram`, `payload-size` or `not-finite` where the message is something else
 */
export function readSpectrogram(msg: Message): SpectrogramValues {
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
export async function readSpectrogramInTurns(msg: Message): Promise<SpectrogramValues> {
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
