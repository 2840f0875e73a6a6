// The audio-plot node: messages in, pictures out, at most two a second, the last one always. What a picture shows is
// gathered in src/charts/gather, drawn in a thread; here are the pace, the message and the editor's view.
import type { NodeAPI, NodeDef } from 'node-red';
import type { Gatherer } from '../../src/charts/gather/gatherer';
import { gathererFor } from '../../src/charts/gather/plots';
import { type Message, payloadBytes } from '../../src/messages';
import { rocCurve } from '../../src/stats/roc';
import { drawPicture, type Picture, plotTask } from '../../src/tasks/plot';
import { OrderedQueue } from '../shared/ordered-queue';
import { isPassEnd } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import type { Config } from '../shared/schema';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';
import {
  announcePicture,
  offerPictures,
  type PictureSize,
  type PictureSource,
  registerPlotRoutes,
} from './plot-routes';

type Settings = Config<typeof fields>;

const INTERVAL_MS = 500;
/** Messages that may wait while a long sound is looked through. */
const QUEUE_LIMITS = { jobs: 1000, bytes: 256 * 2 ** 20 };
const CONTENT_TYPES = { png: 'image/png', svg: 'image/svg+xml' } as const;

class AudioPlot implements Handlers, PictureSource {
  readonly contentType: string;
  private readonly gatherer: Gatherer;
  private readonly lane = plotTask.lane();
  private readonly queue = new OrderedQueue(QUEUE_LIMITS, 'message');
  /** Counts changes of what there is to draw. */
  private version = 0;
  private drawn: { version: number; picture: Picture | undefined } = { version: 0, picture: undefined };
  private drawing: Promise<void> | undefined;
  /** What the next picture goes out with. */
  private latest: { msg: Message; send: Send } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private turnAt = Number.NEGATIVE_INFINITY;
  private busy = false;
  private closed = false;

  private readonly withdraw: () => void;

  constructor(private readonly shell: Shell<Settings>) {
    this.gatherer = gathererFor(shell.config.plot, { positiveLabels: shell.config.positiveLabels, rocOf });
    this.contentType = CONTENT_TYPES[shell.config.format];
    shell.status.idle('waiting');
    this.withdraw = offerPictures(shell.RED, shell.node.id, this);
  }

  input(msg: Message, send: Send): Promise<void> {
    return this.queue.add(payloadBytes(msg), () => this.take(msg, send));
  }

  close(): void {
    this.closed = true;
    this.queue.close();
    clearTimeout(this.timer);
    this.withdraw();
    this.lane.close();
  }

  words(): string {
    return this.gatherer.summary();
  }

  async picture(size?: PictureSize): Promise<Picture | undefined> {
    if (size) return this.drawAt(size);
    const { version } = this;
    while (this.drawn.version < version) {
      this.drawing ??= this.draw().finally(() => {
        this.drawing = undefined;
      });
      await this.drawing;
    }
    return this.drawn.picture;
  }

  private async take(msg: Message, send: Send): Promise<void> {
    if ('reset' in msg && msg.reset !== false) this.reset(msg.topic);
    else if (!isPassEnd(msg) && (await this.gatherer.add(msg)) && !this.closed) {
      this.version++;
      this.latest = { msg, send };
      this.schedule();
    }
  }

  private async draw(): Promise<void> {
    const { version } = this;
    this.drawn = { version, picture: await this.drawAt(this.shell.config) };
  }

  private async drawAt({ width, height }: PictureSize): Promise<Picture | undefined> {
    const { title, format, theme } = this.shell.config;
    const figure = this.gatherer.figure();
    return figure && drawPicture(this.lane, { ...figure, title }, { width, height, format, theme });
  }

  private reset(topic: unknown): void {
    this.gatherer.reset(topic === undefined || topic === '' ? undefined : String(topic));
    this.version++;
    this.latest = undefined;
    this.shell.status.idle('waiting');
    this.announce();
  }

  private announce(): void {
    announcePicture(this.shell.RED, this.shell.node.id);
  }

  private schedule(): void {
    if (this.timer || this.busy || this.closed) return;
    const wait = Math.max(0, this.turnAt + INTERVAL_MS - performance.now());
    this.timer = setTimeout(() => void this.turn(), wait);
  }

  /** Draws, where the picture is wanted on a wire, and tells the editor. */
  private async turn(): Promise<void> {
    const { latest, shell } = this;
    this.timer = undefined;
    if (!latest) return;
    this.latest = undefined;
    this.turnAt = performance.now();
    this.busy = true;
    try {
      if (isWired(shell)) {
        const picture = await this.picture();
        if (picture !== undefined && !this.closed) latest.send(this.withPicture(latest.msg, picture));
      }
      if (!this.closed) shell.status.ok(this.gatherer.summary());
    } catch (thrown) {
      if (!this.closed) shell.fail(thrown, latest.msg);
    } finally {
      this.busy = false;
      if (!this.closed) this.announce();
      if (this.latest) this.schedule();
    }
  }

  private withPicture(msg: Message, picture: Picture): Message {
    const { plot, format } = this.shell.config;
    const { contentType } = this;
    const attachment = { filename: `${plot}.${format}`, content: Buffer.from(picture as string), contentType };
    const others = Array.isArray(msg.attachments) ? msg.attachments : [];
    return { ...msg, payload: picture, contentType, attachments: [...others, attachment] };
  }
}

function rocOf(negative: number[], positive: number[]): [number, number][] {
  const { falsePositiveRate, truePositiveRate } = rocCurve(negative, positive);
  return falsePositiveRate.map((rate, i) => [rate, truePositiveRate[i]]);
}

/** Node-RED keeps a node's wires there: one list of ids per output. */
function isWired({ node }: Shell<Settings>): boolean {
  const { wires } = node as unknown as { wires?: string[][] };
  return wires?.some(ids => ids.length > 0) ?? false;
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Settings>(RED, {
    type: 'audio-plot',
    read: def => readFields(fields, def),
    start: shell => new AudioPlot(shell),
  });
  registerPlotRoutes(RED);
};
