// What the edit dialog of a spectrogram node asks to show what its fields make of a real sound: which sounds there are,
// one of them to look at, its spectrogram. Sounds stay in memory (preview-sessions.ts); only spectrograms of them leave it.
import type { NodeAPI } from 'node-red';
import { shared } from '../../src/audio/sound-clip';
import type { SpectrogramSettings } from '../../src/dsp/spectrogram-settings';
import { UserError } from '../../src/errors';
import type { ChosenSound, PreviewAnswer, PreviewSource } from '../../src/live/dialog-messages';
import { floatsOf } from '../../src/messages';
import { type Answer, Refusal, type Request, type Response } from '../shared/answer';
import { resolveFolder } from '../shared/folders';
import { readFields } from '../shared/read-fields';
import { formOf, routesOf } from '../shared/routes';
import { runningSources } from '../shared/running-sources';
import { number, text, texts } from '../shared/schema';
import { PreviewSessions } from './preview-sessions';
import { Uploads } from './upload';

const BASE = 'spectrogram/preview';
/** So that there is always something to see. */
const EXAMPLE = { folder: 'earshot:motor/normal', name: 'healthy_1400.flac' };
/** What a dialog calls itself, so that nobody guesses it. */
const DIALOG = /^[0-9a-f]{32}$/;
const MAX_SOURCES = 16;

/** What the questions say. */
const SOURCES = { sources: texts() };
const SOUND = {
  segment: text(),
  source: text(),
  name: text(),
  sampleRate: number({
    ...{ default: 0, or: 0, min: 1000, max: 384_000, integer: true },
    expected: '0 or a whole number from 1000 to 384000 Hz',
  }),
};
const STRETCH = {
  from: number({ default: 0, min: 0, max: 3600, unit: 's' }),
  seconds: number({ default: 0, min: 0, max: 3600, unit: 's' }),
};

/**
 * `POST …/sounds` `{sources: 'ID,ID'}` → PreviewSource[]: what the sources before the node have to show.
 * `POST …/:dialog/sound` `{segment: ID}`, `{source: ID, name}` (a file of a deployed wav-folder node) or `{}` (an example),
 * with `sampleRate` → ChosenSound. `POST …/:dialog/upload?name=…&sampleRate=…` with the bytes of a file → ChosenSound.
 * `POST …/:dialog/spectrogram` `{from, seconds, …properties of the node}` → PreviewAnswer.
 * `POST …/:dialog/end` forgets its sound. 400, 404, 408, 409, 411, 413, 415 with `{error, code}` in words.
 * All of it is for those who may change flows: files are read and time is taken.
 * @param read the node's own reading of its properties
 */
export function registerSpectrogramPreviewRoutes(
  RED: NodeAPI,
  read: (form: object) => Omit<SpectrogramSettings, 'sampleRate'>,
): void {
  const sessions = new PreviewSessions();
  const post = (path: string, answer: Answer): void => routesOf(RED).post(`${BASE}/${path}`, 'write', answer);

  post('sounds', async (req, res) => {
    const ids = readFields(SOURCES, formOf(req)).sources;
    const sources: PreviewSource[] = [];
    for (const id of ids.slice(0, MAX_SOURCES)) sources.push(await sourceOf(sessions, id, leaving(res)));
    res.json(sources);
  });

  post(':dialog/sound', async (req, res) => {
    const dialog = dialogOf(req);
    const { segment, source, name: file, sampleRate } = readFields(SOUND, formOf(req));
    if (segment) return void res.json(await chooseSegment(sessions, dialog, segment));
    const name = source ? file : EXAMPLE.name;
    const folder = source ? runningSources.folderOf(source) : exampleFolder(RED);
    if (!folder) throw new Refusal(404, 'this wav-folder node is not deployed or is disabled', 'not-deployed');
    res.json(described(name, await sessions.read(dialog, { folder, name }, sampleRate, leaving(res))));
  });

  const uploads = new Uploads();
  const upload: Answer = async (req, res) => {
    const dialog = dialogOf(req);
    const { name: given, sampleRate: rate } = readFields(SOUND, req.query);
    const read = (bytes: Uint8Array) => sessions.read(dialog, { bytes }, rate, leaving(res));
    res.json(described(given || 'sound', await uploads.take(req, res, read)));
  };
  routesOf(RED).post(`${BASE}/:dialog/upload`, 'write', upload, 'application/octet-stream');

  post(':dialog/spectrogram', async (req, res) => {
    const dialog = dialogOf(req);
    const form = formOf(req);
    const stretch = readFields(STRETCH, form);
    const { levels, ...rest } = await sessions.draw(dialog, read(form), stretch, leaving(res));
    const { buffer, byteOffset, byteLength } = levels.bytes;
    const bytes = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
    res.json({ ...rest, levels: { ...levels, bytes } } satisfies PreviewAnswer);
  });

  post(':dialog/end', (req, res) => {
    sessions.end(dialogOf(req));
    res.json({});
  });
}

function dialogOf({ params }: Request): string {
  const dialog = String(params.dialog);
  if (!DIALOG.test(dialog)) throw new Refusal(404, 'a preview is named by 32 hexadecimal digits');
  return dialog;
}

/** When the answer has gone out, or nobody is there to take it. */
function leaving(res: Response): AbortSignal {
  const abort = new AbortController();
  res.on('close', () => abort.abort());
  return abort.signal;
}

const exampleFolder = (RED: NodeAPI) => ({
  folder: resolveFolder(RED, EXAMPLE.folder),
  recursive: false,
  labels: 'none' as const,
  onlyLabels: [],
});

async function sourceOf(sessions: PreviewSessions, id: string, signal: AbortSignal): Promise<PreviewSource> {
  const source: PreviewSource = { id };
  const last = runningSources.lastOf(id);
  if (last) {
    const { from, sampleRate, at, payload } = last;
    source.segment = { from, sampleRate, at, seconds: payload.length / 4 / sampleRate };
  }
  const folder = runningSources.folderOf(id);
  try {
    if (folder) source.files = await sessions.list(folder, signal);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof Refusal)) throw error;
    source.problem = error.message;
  }
  return source;
}

async function chooseSegment(sessions: PreviewSessions, dialog: string, source: string): Promise<ChosenSound> {
  const last = runningSources.lastOf(source);
  if (!last) throw new Refusal(404, 'this source has brought no segment yet', 'no-segment');
  const sound = { pcm: shared([floatsOf(last.payload)]), sampleRate: last.sampleRate };
  sessions.keep(dialog, sound);
  return described(last.from, { ...sound, isCut: false, warnings: [] });
}

function described(
  name: string,
  { pcm, sampleRate, isCut, warnings }: { pcm: Float32Array; sampleRate: number; isCut: boolean; warnings: string[] },
): ChosenSound {
  return { name, seconds: pcm.length / sampleRate, sampleRate, isCut, warnings };
}
