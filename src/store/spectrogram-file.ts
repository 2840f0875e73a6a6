// A spectrogram in a folder: NAME.f32 holds its values, float32 little-endian, row by row, and NAME.json
// beside it what they mean, lowest and highest value among it. Readable from anywhere (numpy: fromfile(…, '<f4')).
// The description has the checksum of the values it belongs to, so a pair that does not fit is known as such. While a
// pair is replaced, the new description lies beside as NAME.json.new before the new values take their place: at every
// moment one of the two fits.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, realpath, rename } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isNameable, safeName, timeStamp } from '../audio/recording-name';
import { describeValue, UserError } from '../errors';
import { type FileToWrite, replaceFiles } from '../files/atomic-file';
import { flushFolder, makeFolder } from '../files/folder';
import { writeAdvice } from '../files/write-advice';
import { type AudioInfo, bufferOf, floatsOf, type Message, type SpectrogramInfo } from '../messages';

export const VALUES = '.f32';
const DESCRIPTION = '.json';
/** Raised when a reader of an older release could misunderstand the files. */
const FORMAT_VERSION = 1;

/** What a description says. */
export interface FeatureDescription {
  formatVersion: number;
  /** `min` and `max` are of the values; `lowDb` and `highDb`, where they are, what 0 and 1 stand for. */
  spectrogram: SpectrogramInfo;
  audio?: AudioInfo;
  label?: string;
  /** The sound file that it was made of. */
  filename?: string;
  /** SHA-256 (hex) of the file of values; missing in older descriptions. */
  checksum?: string;
}

/** Ending of a description whose values are about to take their place. */
const NEXT = '.new';

export const descriptionOf = (file: string): string => `${file.slice(0, -VALUES.length)}${DESCRIPTION}`;

/**
 * Where a spectrogram goes, relative to its folder and without an ending: like its sound file below the
 * folder that was read, with the number of the segment, or, from a microphone, its label and time. Leads nowhere else.
 */
export function featureName({ audio, filename, label, augmentation }: Message): string {
  const { source = '', sequence = 0, startedAt, channel } = audio ?? ({} as Partial<AudioInfo>);
  const copy = (augmentation as { copy?: unknown } | undefined)?.copy;
  const parts = [`${sequence}`.padStart(4, '0')];
  if (channel !== undefined) parts.push(`channel${channel}`);
  if (copy !== undefined) parts.push(`copy${copy}`);
  const folders = pathOf(source, startedAt, filename, label)
    .split(/[\\/]/)
    .filter(part => part !== '' && part !== '.' && part !== '..');
  const safe = folders.map(part => safeName(part, '_'));
  return [...safe.slice(0, -1), `${safe.at(-1) ?? 'segment'}.${safeName(parts.join('.'), '0000')}`].join('/');
}

function pathOf(source: string, startedAt?: number, filename?: string, label?: string): string {
  if (!filename) return `${label ?? source}/${isNameable(startedAt) ? timeStamp(startedAt) : 'segment'}`;
  // The source of a file is its path below the folder that was read; of a recording it is the microphone.
  const isPath = source !== '' && filename.replaceAll('\\', '/').endsWith(`/${source}`);
  return (isPath ? source : basename(filename)).replace(/\.[a-z0-9]{1,5}$/i, '');
}

/**
 * Writes a spectrogram, on the disk when this returns; a crash meanwhile leaves it whole or not there. One that was made
 * of the same sound file before is replaced: a crash meanwhile leaves the one or the other.
 * @param folder absolute; made when missing @param name as `featureName` gives
 * @returns the file of the values
 * @throws UserError `spectrogram-exists` where the name belongs to another sound, `outside-folder`, `spectrogram-not-saved`
 */
export async function writeFeature(
  folder: string,
  name: string,
  values: Float32Array,
  description: Omit<FeatureDescription, 'formatVersion' | 'checksum'>,
): Promise<string> {
  const file = join(folder, `${name}${VALUES}`);
  const beside = descriptionOf(file);
  try {
    makeFolder(dirname(file));
    await expectWithin(folder, dirname(file));
    const isReplaced = await expectSameSound(beside, description.filename);
    const bytes = bufferOf(values);
    const said: FeatureDescription = { formatVersion: FORMAT_VERSION, ...description, checksum: checksumOf(bytes) };
    const text = `${JSON.stringify(said, null, 2)}\n`;
    const pair: Pair = [
      { file, write: handle => handle.writeFile(bytes) },
      { file: beside, write: handle => handle.writeFile(text) },
    ];
    if (isReplaced) await replacePair(pair);
    else await replaceFiles(pair);
    return file;
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(
      'spectrogram-not-saved',
      `The spectrogram ${file} was not saved: ${(thrown as Error).message}. ${writeAdvice(thrown)}.`,
      { cause: thrown },
    );
  }
}

/** The values, then their description. */
type Pair = [values: FileToWrite, description: FileToWrite];

async function replacePair([values, { file: beside, write }]: Pair): Promise<void> {
  const next = `${beside}${NEXT}`;
  // Of a replacement that a crash interrupted, the description may be the one that fits.
  if (await isDescribedBy(next, values.file)) await takePlace(next, beside);
  await replaceFiles([{ file: next, write }, values], { inOrder: true });
  await takePlace(next, beside);
}

async function takePlace(next: string, file: string): Promise<void> {
  await rename(next, file);
  await flushFolder(dirname(file));
}

async function isDescribedBy(next: string, values: string): Promise<boolean> {
  const said = readNext(next);
  return said !== undefined && said.checksum === checksumOf(await readFile(values));
}

function checksumOf(values: Buffer): string {
  return createHash('sha256').update(values).digest('hex');
}

/** A link below the folder may lead out of it. */
async function expectWithin(folder: string, target: string): Promise<void> {
  const path = relative(await realpath(folder), await realpath(target));
  if (path !== '..' && !path.startsWith(`..${sep}`)) return;
  throw new UserError(
    'outside-folder',
    `${target} leads out of ${folder} through a link; expected a place within it. Remove the link or choose another folder.`,
  );
}

/** Whether there is a description already. */
async function expectSameSound(beside: string, filename: string | undefined): Promise<boolean> {
  let before: string | undefined;
  try {
    before = (JSON.parse(await readFile(beside, 'utf8')) as FeatureDescription).filename;
  } catch (thrown) {
    // Of one that nobody can read, nobody knows the sound.
    return (thrown as NodeJS.ErrnoException).code !== 'ENOENT';
  }
  if (before === filename) return true;
  throw new UserError(
    'spectrogram-exists',
    `${beside} belongs to the sound ${describeValue(before)}; this one is ${describeValue(filename)} and was not saved. Use a folder of its own for each folder of sounds.`,
  );
}

/**
 * Reads a spectrogram and its description. Synchronous: for a worker thread.
 * @throws Error in words where one is missing, or they do not fit each other
 */
export function readFeature(file: string): { values: Float32Array; description: FeatureDescription } {
  const bytes = readFileSync(file);
  const beside = descriptionOf(file);
  const checksum = checksumOf(bytes);
  const next = readNext(`${beside}${NEXT}`);
  const description = next?.checksum === checksum ? next : readDescription(beside);
  const [bins, frames] = description.spectrogram.shape;
  if (bytes.length !== bins * frames * 4) {
    throw new Error(
      `${bytes.length} bytes; expected ${bins * frames * 4} for ${bins}×${frames} values. It is damaged: make it again`,
    );
  }
  if ((description.checksum ?? checksum) !== checksum) {
    throw new Error('its values are not those that were saved: the checksum is another. It is damaged: make it again');
  }
  // Memory of its own, to be handed to another thread.
  return { values: floatsOf(bytes).slice(), description };
}

/** The description of a pair that was being replaced when the power went. */
function readNext(file: string): FeatureDescription | undefined {
  try {
    return readDescription(file);
  } catch {
    return undefined; // none there, as mostly
  }
}

function readDescription(file: string): FeatureDescription {
  let said: Partial<FeatureDescription>;
  try {
    said = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isMissing ? 'is missing' : `cannot be read: ${(thrown as Error).message}`;
    throw new Error(`its description ${basename(file)} ${why}. It was not saved to its end: make it again`);
  }
  const { formatVersion, spectrogram } = said;
  if (formatVersion !== FORMAT_VERSION) {
    throw new Error(`format version ${describeValue(formatVersion)}; this release reads ${FORMAT_VERSION}`);
  }
  const shape = spectrogram?.shape;
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every(side => Number.isInteger(side) && side > 0)) {
    throw new Error(`the shape in its description is ${describeValue(shape)}; expected [rows, columns]`);
  }
  return said as FeatureDescription;
}
