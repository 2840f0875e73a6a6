// The settings that a model's spectrograms were made with, and how two of them differ.
import type { FrontEnd, SpectrogramInfo } from './types';

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
