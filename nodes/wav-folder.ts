// wav-folder: the sounds of a folder as audio segments, one pass for each message, and new files as they come.
import type { NodeAPI, NodeDef } from 'node-red';
import type { Channels, PassOptions } from '../src/audio/folder-pass';
import { type FolderWatch, watchFolder } from '../src/audio/folder-watch';
import type { Pad } from '../src/audio/segment';
import { parseLabelRule } from '../src/audio/sound-folder';
import { UserError } from '../src/errors';
import type { Message } from '../src/messages';
import { booleanField, choiceField, numberField, resolveFolder, textField, textListField } from './lib/config';
import { FolderPlayer, type PassResult } from './lib/folder-player';
import { listeningRoom } from './lib/listening-room';
import { type Handlers, registerNode, type Send, type Shell } from './lib/shell';

interface WavFolderConfig extends Omit<PassOptions, 'files'> {
  watch: boolean;
}

const CHANNELS = ['mix', 'each'] as const satisfies readonly Channels[];
const PADS = ['right', 'left', 'drop'] as const satisfies readonly Pad[];
/** Passes that may wait for the one that runs. */
const MAX_WAITING = 10;
/** New files that may wait to be read. */
const MAX_NEW_FILES = 10000;
/** How long until a watched folder that is missing is looked for again. */
const RETRY_MS = 5000;

function read(def: NodeDef, RED: NodeAPI): WavFolderConfig {
  return {
    folder: resolveFolder(RED, textField(def, 'folder', 'recordings')),
    recursive: booleanField(def, 'recursive', true),
    labels: parseLabelRule(textField(def, 'labels', 'folder')),
    onlyLabels: textListField(def, 'onlyLabels'),
    sampleRate: sampleRateField(def),
    segmentSeconds: numberField(def, 'segmentSeconds', 0, { min: 0, max: 3600, unit: 'seconds' }),
    hopSeconds: numberField(def, 'hopSeconds', 0, { min: 0, max: 3600, unit: 'seconds' }),
    pad: choiceField(def, 'pad', PADS, 'right'),
    // Flows from before there was a choice say nothing: mix.
    channels: choiceField(def, 'channels', CHANNELS, 'mix'),
    watch: booleanField(def, 'watch', false),
  };
}

function sampleRateField(def: NodeDef): number {
  const rate = numberField(def, 'sampleRate', 0, { min: 0, max: 384000, integer: true, unit: 'Hz' });
  if (rate > 0 && rate < 1000) {
    throw new UserError(
      'config',
      `sampleRate is ${rate} Hz; expected 0 (as the file) or 1000 to 384000 Hz. Open the node and correct it.`,
    );
  }
  return rate;
}

const isStop = (msg: Message): boolean => msg.payload === 'stop' || (msg.stop !== undefined && msg.stop !== false);

function start({ RED, node, config, status, send, fail }: Shell<WavFolderConfig>): Handlers {
  const problem = (text: string): void => node.warn(text);
  const passes = new FolderPlayer(RED, { progress: text => status.busy(text), problem });
  const shown =
    (out: Send): Send =>
    msg => {
      listeningRoom.shownSegment(node.id, msg as Message);
      out(msg);
    };
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  /** Raised by every stop: passes asked for before it do not start. */
  let stops = 0;

  async function pass(msg: Message, out: Send): Promise<void> {
    if (waiting > MAX_WAITING) {
      throw new UserError(
        'busy',
        `a pass is running and ${MAX_WAITING} wait already; this message was refused. Send fewer, or {"payload": "stop"}.`,
      );
    }
    const asked = stops;
    const folder =
      typeof msg.payload === 'string' && msg.payload.trim() ? resolveFolder(RED, msg.payload.trim()) : config.folder;
    const before = turn;
    waiting++;
    const run = before.then(async () => {
      if (asked === stops) summarise(await passes.play({ ...config, folder }, msg, shown(out), true));
    });
    turn = run.catch(() => {}).finally(() => waiting--);
    await run;
  }

  function summarise(result: PassResult): void {
    const text = summaryOf(result);
    if (result.stopped) status.idle(text);
    else if (result.skipped.length + result.flawed.length > 0) status.warn(text);
    else status.ok(text);
  }

  const newFiles = config.watch ? watchNewFiles() : undefined;

  function watchNewFiles(): NewFiles {
    const player = new FolderPlayer(RED, { progress: text => status.busy(text), problem });
    return new NewFiles(config, {
      async play(folder, files) {
        const result = await player.play({ ...config, folder, files }, {}, shown(send), false);
        status.ok(`watching; last: ${summaryOf(result)}`);
      },
      ready: () => status.idle('watching'),
      fail,
      stop: () => player.stop(),
    });
  }

  return {
    async input(msg, out) {
      if (!isStop(msg)) return pass(msg, out);
      stops++;
      await passes.stop();
    },
    async close() {
      stops++;
      await Promise.all([passes.stop(), newFiles?.close()]);
    },
  };
}

/** What a watcher's owner does. */
interface NewFilesHandlers {
  play(folder: string, files: string[]): Promise<void>;
  ready(): void;
  fail(error: unknown): void;
  stop(): Promise<void>;
}

/** New files of the watched folder, read in batches, one batch at a time. */
class NewFiles {
  private watch: FolderWatch | undefined;
  private retry: NodeJS.Timeout | undefined;
  private readonly found: string[] = [];
  private busy = false;
  private closed = false;

  constructor(
    private readonly config: WavFolderConfig,
    private readonly handlers: NewFilesHandlers,
  ) {
    this.open(false);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await Promise.all([this.watch?.close(), this.handlers.stop()]);
  }

  /** A folder that is not there yet is told once and looked for again: a recorder may make it with its first file. */
  private open(again: boolean): void {
    const { folder, recursive } = this.config;
    const { fail, ready } = this.handlers;
    try {
      this.watch = watchFolder(folder, { recursive, tellExisting: again }, file => this.add(file), fail);
      ready();
    } catch (error) {
      if (!again) fail(error);
      this.retry = setTimeout(() => this.open(true), RETRY_MS);
    }
  }

  private add(file: string): void {
    if (this.found.length >= MAX_NEW_FILES) {
      this.handlers.fail(
        new UserError('overload', `${file} was left out: ${MAX_NEW_FILES} new files wait to be read.`),
      );
      return;
    }
    this.found.push(file);
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.found.length > 0 && !this.closed) {
      try {
        await this.handlers.play(this.watch!.root, this.found.splice(0));
      } catch (error) {
        if (!this.closed) this.handlers.fail(error);
      }
    }
    this.busy = false;
  }
}

/** "24 files, 3 skipped" */
function summaryOf({ files, segments, skipped, flawed, stopped }: PassResult): string {
  const parts = [`${files} file${files === 1 ? '' : 's'}`];
  if (stopped) parts.push(`stopped after ${segments} segments`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  if (flawed.length > 0) parts.push(`${flawed.length} with flaws`);
  return parts.join(', ');
}

/** `POST /audio-anomaly/wav-folder/:id/run`: what the button on the node does. 200, or 404 with `{error}` in words. */
function registerRoute(RED: NodeAPI): void {
  const path = '/audio-anomaly/wav-folder/:id/run';
  RED.httpAdmin.post(path, RED.auth.needsPermission('audio-anomaly.write'), (req, res) => {
    const node = RED.nodes.getNode(String(req.params.id));
    if (node?.type === 'wav-folder') {
      node.receive({ payload: '' });
      res.json({});
    } else {
      res.status(404).json({ error: 'this wav-folder node is not deployed or is disabled' });
    }
  });
}

export = (RED: NodeAPI): void => {
  registerNode(RED, { type: 'wav-folder', read, start });
  registerRoute(RED);
};
