// Plots of the latest message alone: spectrogram, waveform, the map of what was not expected.
import { describeValue } from '../../errors';
import {
  type AudioInfo,
  type Explanation,
  floatsOf,
  type Message,
  readAudioInTurns,
  readSpectrogramInTurns,
} from '../../messages';
import { baseName, captionOf } from '../figures/caption';
import type { Figure } from '../figures/draw';
import type { HeatmapFigure } from '../figures/spectrogram';
import { type Gatherer, isRecord, wrongMessage } from './gatherer';

/** Keeps what `read` makes of the latest message. */
class Latest implements Gatherer {
  private latest: Figure | undefined;
  private caption = '';

  constructor(private readonly read: (msg: Message) => Figure | Promise<Figure>) {}

  async add(msg: Message): Promise<boolean> {
    this.latest = await this.read(msg);
    this.caption = captionOf(msg.audio) || baseName(String(msg.filename ?? ''));
    return true;
  }

  reset(): void {
    this.latest = undefined;
  }

  figure(): Figure | undefined {
    return this.latest;
  }

  summary(): string {
    return this.caption || 'drawn';
  }
}

export const spectrogramGatherer = (): Gatherer =>
  new Latest(async msg => ({ kind: 'spectrogram', ...(await readSpectrogramInTurns(msg)), audio: audioOf(msg) }));

export const waveformGatherer = (): Gatherer =>
  new Latest(async msg => {
    const { pcm, info } = await readAudioInTurns(msg);
    return { kind: 'waveform', pcm, audio: plainAudio(info) };
  });

export const heatmapGatherer = (): Gatherer => new Latest(readExplanation);

function readExplanation(msg: Message): HeatmapFigure {
  const { explanation, spectrogram, payload } = msg;
  if (!isRecord(explanation) || !Buffer.isBuffer(explanation.error) || !Array.isArray(spectrogram?.shape)) {
    const got = `msg.explanation ${describeValue(explanation)} and msg.spectrogram ${describeValue(spectrogram)}`;
    throw wrongMessage(
      'heatmap',
      'a score that is explained (msg.explanation)',
      got,
      'Wire a vae-score node to this one and tick "explain" in it.',
    );
  }
  const { error, peak } = explanation as unknown as Explanation;
  return {
    kind: 'heatmap',
    error: floatsOf(error, 'explanation.error'),
    info: spectrogram,
    score: typeof payload === 'number' ? payload : undefined,
    peak,
    audio: audioOf(msg),
  };
}

/** What a title needs: messages may carry anything else along, which need not go to the thread that draws. */
const audioOf = ({ audio }: Message): AudioInfo | undefined =>
  isRecord(audio) ? plainAudio(audio as unknown as AudioInfo) : undefined;

function plainAudio({ sampleRate, samples, seconds, startedAt, source, sequence, overruns }: AudioInfo): AudioInfo {
  return { sampleRate, samples, seconds, startedAt, source: String(source ?? ''), sequence, overruns };
}
