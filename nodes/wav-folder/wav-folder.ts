// wav-folder: the sounds of a folder as audio segments, one pass for each message, and new files as they come.
import type { NodeAPI } from 'node-red';
import type { PassOptions, SoundSegment } from '../../src/audio/folder-pass';
import { type NewSounds, watchForSounds } from '../../src/audio/new-sounds';
import { UserError } from '../../src/errors';
import { liveState } from '../../src/live/live-state';
import { bufferOf, type Message } from '../../src/messages';
import { folderPassTask } from '../../src/tasks/folder-pass';
import { type FolderPass, FolderPlayer, type PassResult, summaryOf } from '../shared/folder-player';
import { resolveFolder } from '../shared/folders';
import { isStop, PassQueue } from '../shared/pass-queue';
import { readFields } from '../shared/read-fields';
import { deployedNode, routesOf } from '../shared/routes';
import { runningSources } from '../shared/running-sources';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';
import { registerFolderCheckRoute } from './folder-check-route';

interface WavFolderConfig extends Omit<PassOptions, 'files'> {
  watch: boolean;
}

/** New files that may wait to be read. */
const MAX_NEW_FILES = 10000;
/** How long until a watched folder that is missing is looked for again. */
const RETRY_MS = 5000;

function read(def: object, RED: NodeAPI): WavFolderConfig {
  const { name, folder, ...config } = readFields(fields, def);
  return { ...config, folder: resolveFolder(RED, folder) };
}

/** A segment of sound as a message. */
function messageOf({ pcm, channel, sampleRate, startedAt, sequence, file, name, label }: SoundSegment): Message {
  const seconds = pcm.length / sampleRate;
  const place = { sampleRate, samples: pcm.length, seconds, startedAt, source: name, sequence, overruns: 0 };
  return {
    payload: bufferOf(pcm),
    audio: channel === undefined ? place : { ...place, channel },
    filename: file,
    ...(label !== undefined && { label }),
  };
}

function soundPass(options: PassOptions): FolderPass<SoundSegment> {
  return { folder: options.folder, things: 'sound files', reader: folderPassTask.open(options), message: messageOf };
}

function start({ RED, node, config, status, send, fail }: Shell<WavFolderConfig>): Handlers {
  const problem = (text: string): void => node.warn(text);
  const passes = new FolderPlayer<SoundSegment>(RED, { progress: text => status.busy(text), problem });
  const shown =
    (out: Send): Send =>
    msg => {
      liveState.shownSegment(node.id, msg as Message);
      runningSources.brought(node.id, msg as Message);
      out(msg);
    };
  const queue = new PassQueue(() => passes.stop());

  function pass(msg: Message, out: Send): Promise<void> {
    const folder =
      typeof msg.payload === 'string' && msg.payload.trim() ? resolveFolder(RED, msg.payload.trim()) : config.folder;
    return queue.run(async () => summarise(await passes.play(soundPass({ ...config, folder }), msg, shown(out), true)));
  }

  function summarise(result: PassResult): void {
    const text = summaryOf(result);
    if (result.stopped) status.idle(text);
    else if (result.skipped.length + result.flawed.length > 0) status.warn(text);
    else status.ok(text);
  }

  const newFiles = config.watch ? watchNewFiles() : undefined;
  runningSources.opened(node.id, config);

  function watchNewFiles(): NewFiles {
    const player = new FolderPlayer<SoundSegment>(RED, { progress: text => status.busy(text), problem });
    return new NewFiles(config, {
      async play(folder, files) {
        const result = await player.play(soundPass({ ...config, folder, files }), {}, shown(send), false);
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
      await queue.stop();
    },
    async close() {
      await Promise.all([queue.stop(), newFiles?.close()]);
      runningSources.closed(node.id);
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
  private watch: NewSounds | undefined;
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
      this.watch = watchForSounds(folder, { recursive, tellExisting: again }, file => this.add(file), fail);
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

/** `POST /audio-anomaly/wav-folder/:id/run`: what the button on the node does. 200, or 404 with `{error}` in words. */
function registerRoute(RED: NodeAPI): void {
  routesOf(RED).post('wav-folder/:id/run', 'write', (req, res) => {
    deployedNode(RED, 'wav-folder', req).receive({ payload: '' });
    res.json({});
  });
}

export = (RED: NodeAPI): void => {
  registerNode(RED, { type: 'wav-folder', read, start });
  registerRoute(RED);
  registerFolderCheckRoute(RED, form => read(form, RED));
};
