// wav-record: writes audio segments as WAV files, one folder for each label, and passes the message on.
import { join } from 'node:path';
import type { NodeAPI, NodeDef } from 'node-red';
import { type Recorded, RecordingFolder, type RecordingLimits } from '../../src/audio/recording-folder';
import { isNameable, safeName } from '../../src/audio/recording-name';
import type { WavFormat } from '../../src/audio/wav-write';
import { type AudioInfo, type Message, readAudioInTurns } from '../../src/messages';
import { resolveFolder } from '../shared/folders';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Shell } from '../shared/shell';
import { writeInOrder } from '../shared/writing';
import { fields } from './fields';

interface WavRecordConfig extends RecordingLimits {
  folder: string;
  /** Empty: `msg.label`. */
  label: string;
  prefix: string;
  format: WavFormat;
}

const DEFAULT_LABEL = 'normal';
const MEGABYTE = 1e6;
/** Segments that may wait for a slow disk. */
const QUEUE = { jobs: 64, bytes: 128 * MEGABYTE };
/** Folders remembered, where every message may bring another label. */
const MAX_FOLDERS = 100;

function read(def: NodeDef, RED: NodeAPI): WavRecordConfig {
  const { folder, prefix, maxMegabytes, ...config } = readFields(fields, def);
  return {
    ...config,
    folder: resolveFolder(RED, folder),
    prefix: safeName(prefix, fields.prefix.default as string),
    maxBytes: maxMegabytes * MEGABYTE,
  };
}

function start({ node, config, status }: Shell<WavRecordConfig>): Handlers {
  const folders = new Map<string, RecordingFolder>();
  /** Labels whose folder was told to be full. */
  const told = new Set<string>();

  function folderOf(label: string): RecordingFolder {
    const known = folders.get(label);
    if (known) return known;
    const [first] = folders.keys();
    if (folders.size >= MAX_FOLDERS) folders.delete(first);
    const folder = new RecordingFolder(join(config.folder, label), config.prefix, config);
    folders.set(label, folder);
    return folder;
  }

  function labelOf({ label }: Message): string {
    const given = typeof label === 'string' || typeof label === 'number' ? String(label) : '';
    return safeName(config.label || given, DEFAULT_LABEL);
  }

  function tell(label: string, recorded: Recorded): void {
    if ('file' in recorded) {
      told.delete(label);
      status.ok(`${label}: ${recorded.files}${config.maxFiles > 0 ? `/${config.maxFiles}` : ''} files`);
      return;
    }
    status.warn(`full: ${recorded.full}`);
    if (told.has(label)) return;
    told.add(label);
    const { folder } = folderOf(label);
    node.warn(`${folder} is full (${recorded.full}): recording has stopped. Move files away or raise the limit.`);
  }

  async function write(msg: Message, pcm: Float32Array, info: AudioInfo): Promise<void> {
    const label = labelOf(msg);
    const startedAt = isNameable(info.startedAt) ? info.startedAt : Date.now();
    const recorded = await folderOf(label).record(pcm, info.sampleRate, startedAt, config.format);
    if ('file' in recorded) msg.filename = recorded.file;
    tell(label, recorded);
  }

  return writeInOrder(QUEUE, 'segment', async msg => {
    const { pcm, info } = await readAudioInTurns(msg);
    return () => write(msg, pcm, info);
  });
}

export = (RED: NodeAPI): void => registerNode(RED, { type: 'wav-record', read, start });
