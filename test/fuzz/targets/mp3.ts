// MP3: the fixture and what was recorded for the examples, changed anywhere.
import { mutated } from '../mutation';
import { defineTarget } from '../target';
import { soundFiles, takeSound } from './sound';

export const mp3 = defineTarget({
  name: 'mp3',
  // Each has a decoder of its own made; that of an undamaged file takes up to 40 MiB.
  cases: 20,
  decoderBytes: 48 * 2 ** 20,
  inputs: mutated(soundFiles('.mp3')),
  take: (bytes, step) => takeSound(bytes, step),
  bytesOf: bytes => bytes,
});
