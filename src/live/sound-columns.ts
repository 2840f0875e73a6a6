// A sound of some seconds as the spectrogram that the sidebar draws.

import { ColumnStrip, type StripFormat } from '../charts/column-strip';
import { LiveColumns } from '../dsp/live-columns';
import { spectrogramOf, spectrogramTask } from '../tasks/spectrogram';

/** As the answer to the sidebar's question for columns. */
export interface SoundColumns {
  format?: StripFormat;
  from: number;
  end: number;
  /** base64 */
  columns: string;
}

const MAX_COLUMNS = 1024;

/** Computed in a thread of the pool. */
export async function columnsOf(pcm: Float32Array, sampleRate: number): Promise<SoundColumns> {
  const seconds = pcm.length / sampleRate;
  const strip = new ColumnStrip(seconds, MAX_COLUMNS);
  const block = new LiveColumns(sampleRate, seconds).add(pcm);
  const lane = spectrogramTask.lane();
  try {
    if (block) {
      const { values, info } = await spectrogramOf(lane, block.settings, block.pcm);
      strip.append(values, info, block.from, block.to);
    }
  } finally {
    lane.close();
  }
  const { from, columns } = strip.since(0);
  return { format: strip.format, from, end: strip.end, columns: columns.toString('base64') };
}
