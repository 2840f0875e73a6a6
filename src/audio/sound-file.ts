// Opens a sound file of any supported kind, told by its first bytes and not by its name, as a stream of mono blocks.
// Reading is synchronous and meant for worker threads; memory stays at one block, however long the file is.
import { UserError } from '../errors';
import { openCompressed, sniffCompressed } from './compressed-file';
import { FileBytes, type SoundBytes, type SoundFile } from './file-bytes';
import { isWav } from './wav-header';
import { openWav } from './wav-reader';

/** Hz; what lies outside is a damaged header, and resampling it would take no end of time and memory. */
const SAMPLE_RATES = { least: 1000, most: 1_000_000 };

/**
 * Opens a WAV, MP3, FLAC or Ogg (Vorbis, Opus) file.
 * @throws UserError `file-unreadable` or `sound-file`; the message gives the reason and leaves the file's name to the caller
 */
export async function openSoundFile(file: string): Promise<SoundFile> {
  return openSound(FileBytes.open(file));
}

/**
 * Opens what has the content of such a file; closes it where it is none, as closing the sound does later.
 * @throws UserError `sound-file`
 */
export async function openSound(bytes: SoundBytes): Promise<SoundFile> {
  try {
    if (bytes.size === 0) throw new UserError('sound-file', 'the file is empty (0 bytes).');
    const sound = await openFormat(bytes);
    const { sampleRate } = sound;
    if (sampleRate >= SAMPLE_RATES.least && sampleRate <= SAMPLE_RATES.most) return sound;
    sound.close();
    throw new UserError(
      'sound-file',
      `a sample rate of ${sampleRate} Hz; expected ${SAMPLE_RATES.least} to ${SAMPLE_RATES.most} Hz. Its header is damaged or made wrongly.`,
    );
  } catch (error) {
    bytes.close();
    throw error;
  }
}

function openFormat(bytes: SoundBytes): SoundFile | Promise<SoundFile> {
  if (isWav(bytes.read(0, 64))) return openWav(bytes);
  const format = sniffCompressed(bytes);
  if (format) return openCompressed(bytes, format);
  throw new UserError('sound-file', 'not a sound file: its content is none of WAV, MP3, FLAC, Ogg Vorbis or Opus.');
}
