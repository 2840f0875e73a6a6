// Plays a pass over a folder as messages: one for each segment, the last held back until it is known to be the last,
// never faster than the flow takes them. What is read, and what each message says, is the node's own business.
import type { NodeAPI } from 'node-red';
import type { FolderEvent } from '../../src/audio/folder-pass';
import type { SkippedFile } from '../../src/audio/sound-folder';
import { UserError } from '../../src/errors';
import type { Message } from '../../src/messages';
import type { Stream } from '../../src/threads/stream-task';
import { FlowPace } from './back-pressure';
import type { Send } from './shell';

/** A pass that can be played. */
export interface FolderPass<Segment extends { type: 'segment' }> {
  /** For errors: where, and what is looked for there, e.g. 'sound files'. */
  folder: string;
  things: string;
  reader: Stream<FolderEvent<Segment>>;
  /** What a segment's message says beside its place in the pass. */
  message(segment: Segment): Message;
}

export interface PassResult {
  files: number;
  segments: number;
  skipped: SkippedFile[];
  /** Files that came through with a flaw, e.g. cut short. */
  flawed: SkippedFile[];
  /** Ended by `stop` before the end. */
  stopped: boolean;
}

export interface PlayerEvents {
  /** "37/150 normal/a.wav", a few times a second. */
  progress(text: string): void;
  /** A file that was skipped or is flawed. */
  problem(text: string): void;
}

/** Properties of the message that started the pass which would mean something else on a segment. */
const NOT_PASSED_ON = ['_msgid', 'payload', 'parts', 'complete', 'stop', 'reset', 'filename', 'skipped', 'flawed'];
const PROGRESS_MS = 250;
/** Problems told one by one; further ones are only counted. */
const MAX_PROBLEMS_TOLD = 20;
/** Files named in msg.skipped. */
const MAX_SKIPPED_LISTED = 1000;

export class FolderPlayer<Segment extends { type: 'segment' }> {
  private reader: Stream<FolderEvent<Segment>> | undefined;
  private pace: FlowPace | undefined;
  private stopped = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly events: PlayerEvents,
  ) {}

  /**
   * Plays one pass; one at a time.
   * @param started the message whose other properties every segment keeps
   * @param whole a pass over a folder, ended by `msg.complete`; otherwise each file is a group of its own
   * @throws UserError what the reader throws, or `no-sound` where nothing can be played
   */
  async play(pass: FolderPass<Segment>, started: Message, send: Send, whole: boolean): Promise<PassResult> {
    const result: PassResult = { files: 0, segments: 0, skipped: [], flawed: [], stopped: false };
    const group = new Group(this.RED, started, send, whole);
    this.stopped = false;
    this.pace = new FlowPace(this.RED, msg => group.owns(msg as Message));
    this.reader = pass.reader;
    try {
      for await (const event of this.reader) {
        if (this.stopped) break;
        this.note(event, result);
        if (event.type === 'file' && !whole) group.end(result);
        if (event.type === 'segment' && group.add(pass.message(event as Segment))) await this.pace.room();
      }
      result.stopped = this.stopped;
      if (!result.stopped) group.end(result);
    } finally {
      this.pace.close();
      await this.reader.close();
      this.reader = undefined;
    }
    this.tellUntold(result);
    if (result.segments === 0 && whole && !result.stopped) throw nothingCameThrough(pass, result);
    return result;
  }

  /** Ends the pass at once; the segment held back is not sent. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.pace?.close();
    await this.reader?.close();
  }

  private lastProgress = 0;

  private note(event: FolderEvent<Segment>, result: PassResult): void {
    switch (event.type) {
      case 'listed':
        // Files that are no sound files by their name were told before, as skipped.
        result.files = event.files + result.skipped.length;
        return;
      case 'segment':
        result.segments++;
        return;
      case 'file':
        if (Date.now() - this.lastProgress < PROGRESS_MS) return;
        this.lastProgress = Date.now();
        this.events.progress(`${event.index + 1}/${event.files} ${event.name}`);
        return;
      case 'skipped':
      case 'flawed': {
        const { filename, reason } = event;
        const list = event.type === 'skipped' ? result.skipped : result.flawed;
        list.push({ filename, reason });
        if (result.skipped.length + result.flawed.length > MAX_PROBLEMS_TOLD) return;
        this.events.problem(`${filename}: ${event.type === 'skipped' ? 'skipped, ' : ''}${reason}`);
      }
    }
  }

  private tellUntold({ skipped, flawed }: PassResult): void {
    const untold = skipped.length + flawed.length - MAX_PROBLEMS_TOLD;
    if (untold > 0) this.events.problem(`${untold} more files were skipped or are flawed.`);
  }
}

/** The messages of one group (`msg.parts.id`): knows the last one only when it is told of the end. */
class Group {
  private readonly pass: string;
  /** Which group of the pass: files played one by one are a group each. */
  private groups = 0;
  private count = 0;
  private held: Message | undefined;
  private readonly template: Message;

  constructor(
    private readonly RED: NodeAPI,
    started: Message,
    private readonly send: Send,
    private readonly whole: boolean,
  ) {
    this.pass = RED.util.generateId();
    this.template = { ...started };
    for (const property of NOT_PASSED_ON) delete this.template[property];
  }

  /** Takes a segment and sends the one before; false where there was none. */
  add(segment: Message): boolean {
    const before = this.held;
    const msg = this.RED.util.cloneMessage(this.template as never) as Message;
    this.held = { ...msg, ...segment, parts: { id: this.id, index: this.count++ } };
    if (before) this.send(before);
    return before !== undefined;
  }

  /** Sends the last message with what only it can say: the count and, for a whole pass, that it is complete. */
  end({ skipped, flawed }: PassResult): void {
    if (!this.held?.parts) return;
    this.held.parts.count = this.count;
    if (this.whole) {
      this.held.complete = true;
      this.held.skipped = skipped.slice(0, MAX_SKIPPED_LISTED);
      this.held.flawed = flawed.slice(0, MAX_SKIPPED_LISTED);
    }
    this.send(this.held);
    this.held = undefined;
    this.count = 0;
    this.groups++;
  }

  /** Whether a message is one of these segments, as sent or changed by nodes on the way. */
  owns(msg: Message): boolean {
    const id = msg.parts?.id;
    return typeof id === 'string' && id.startsWith(this.pass);
  }

  private get id(): string {
    return this.groups === 0 ? this.pass : `${this.pass}-${this.groups}`;
  }
}

function nothingCameThrough(
  { folder, things }: { folder: string; things: string },
  { files, skipped }: PassResult,
): UserError {
  const reasons = skipped.slice(0, 5).map(({ filename, reason }) => `${filename}: ${reason}`);
  const more = skipped.length > 5 ? ` … and ${skipped.length - 5} more` : '';
  return new UserError(
    'no-sound',
    `none of the ${files} ${things} in ${folder} could be read. ${reasons.join(' ')}${more}`,
  );
}

/** "24 files, 3 skipped" */
export function summaryOf({ files, segments, skipped, flawed, stopped }: PassResult): string {
  const parts = [`${files} file${files === 1 ? '' : 's'}`];
  if (stopped) parts.push(`stopped after ${segments} segments`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  if (flawed.length > 0) parts.push(`${flawed.length} with flaws`);
  return parts.join(', ');
}
