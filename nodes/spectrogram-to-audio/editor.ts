// The dialog of spectrogram-to-audio, and its button: the node's last sound played in the browser.
import { dialogOf, notify } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { explain } from '../shared/editor/server';
import { fields } from './fields';

const form = formOf('spectrogram-to-audio', fields);

/** Quiet sounds are played louder, but not so much that silence becomes noise. */
const MAX_GAIN = 1000;
const PLAYED_PEAK = 0.9;

interface Fetched {
  wav: Blob;
  sound: AudioBuffer;
  context: AudioContext;
  /** The largest sample's size. */
  peak: number;
}

/** The node's last sound: its WAV file, decoded too. Asked for with the editor's own log-in. */
async function fetchSound(id: string): Promise<Fetched> {
  const wav = await fetchFile(id);
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await wav.arrayBuffer());
    const peak = sound.getChannelData(0).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return { wav, sound, context, peak };
  } catch (error) {
    context.close();
    throw error;
  }
}

async function fetchFile(id: string): Promise<Blob> {
  const url = `audio-anomaly/sound/${encodeURIComponent(id)}`;
  try {
    return (await $.ajax({ url, xhrFields: { responseType: 'blob' }, processData: false })) as Blob;
  } catch (xhr) {
    const refused = xhr as JQueryXHR;
    throw new Error(refused.status === 404 ? form.text('error.nothing') : explain(refused));
  }
}

/** Of the sound that is playing. */
let playing: AudioContext | undefined;

function stop(): void {
  playing?.close();
  playing = undefined;
}

/** Plays at a level that can be heard, in place of what is playing. */
async function play(id: string): Promise<Fetched> {
  const fetched = await fetchSound(id);
  const { sound, context, peak } = fetched;
  stop();
  playing = context;
  const source = new AudioBufferSourceNode(context, { buffer: sound });
  const level = new GainNode(context, { gain: peak > 0 ? Math.min(MAX_GAIN, PLAYED_PEAK / peak) : 1 });
  source.connect(level).connect(context.destination);
  source.onended = () => {
    if (playing === context) stop();
  };
  source.start();
  return fetched;
}

const levelOf = (peak: number): string =>
  peak > 0 ? `${(20 * Math.log10(peak)).toFixed(0).replace('-', '−')} dB` : form.text('player.silence');

/** Says how the sound is, or why there is none; returns its file. */
async function attempt(action: () => Promise<Fetched>): Promise<Blob | undefined> {
  const tell = (sentence: string, failed = false): JQuery =>
    $('.spectrogram-to-audio-note')
      .text(sentence)
      .css('color', failed ? 'var(--red-ui-text-color-error)' : 'var(--earshot-muted)');
  try {
    const { sound, peak, wav } = await action();
    tell(form.text('player.told', { seconds: sound.duration.toFixed(1), level: levelOf(peak) }));
    return wav;
  } catch (error) {
    tell((error as Error).message, true);
    return undefined;
  }
}

async function save(id: string): Promise<void> {
  const wav = await attempt(async () => {
    const fetched = await fetchSound(id);
    fetched.context.close();
    return fetched;
  });
  if (!wav) return;
  const url = URL.createObjectURL(wav);
  $('<a>', { href: url, download: 'sound.wav' })[0].click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export const dialog = dialogOf(fields, {
  press(node) {
    play(node.id).catch((error: Error) => notify(error.message, 'error'));
  },
  open({ id }) {
    $('#node-input-spectrogram-to-audio-play').on('click', () => void attempt(() => play(id)));
    $('#node-input-spectrogram-to-audio-save').on('click', () => void save(id));
    return stop;
  },
  change({ phase = 'griffin-lim' }) {
    form.hint('phase', form.text(`phaseHint.${phase}`));
  },
});
