// A sound of some seconds as the spectrogram that the sidebar draws.

import { FrameStrip, type StripFormat } from '../charts/frame-strip';
import { LiveFrames } from '../dsp/live-frames';
import { spectrogramOf, spectrogramTask } from '../tasks/spectrogram';

/** Frames of a spectrogram, for a display. */
export interface SoundFrames {
  format?: StripFormat;
  /** Number of the first frame, and of the one behind the last. */
  from: number;
  end: number;
  /** Their bytes one after the other, each from the lowest bin up; base64. */
  frames: string;
}

const MAX_FRAMES = 1024;

/** Computed in a thread of the pool. */
export async function framesOf(pcm: Float32Array, sampleRate: number): Promise<SoundFrames> {
  const seconds = pcm.length / sampleRate;
  const strip = new FrameStrip(seconds, MAX_FRAMES);
  const block = new LiveFrames(sampleRate, seconds).add(pcm);
  const lane = spectrogramTask.lane();
  try {
    if (block) {
      const { values, info } = await spectrogramOf(lane, block.settings, block.pcm);
      strip.append(values, info, block.from, block.to);
    }
  } finally {
    lane.close();
  }
  const { from, frames } = strip.since(0);
  return { format: strip.format, from, end: strip.end, frames: frames.toString('base64') };
}
