// The life of a node that learns: it collects what comes in passes, trains on that in a thread, tells how far it is,
// can be stopped, and says what came of it. What is collected and what is trained is the node's own: a Learner.
import { UserError } from '../../src/errors';
import type { Message } from '../../src/messages';
import { Turns } from '../../src/turns';
import { carryOn, isLast } from './collecting';
import type { Handlers, Send, Shell } from './shell';

/** A training that runs in a thread; its result is undefined where it was cancelled. */
interface Job<Report> {
  readonly result: Promise<Report | undefined>;
  cancel(): Promise<void>;
}

/** One training: what was collected, handed over. */
export interface Training<Progress, Report> {
  /** Status until the first progress. */
  text: string;
  start(onProgress: (progress: Progress) => void): Job<Report>;
  /** The training is over: takes what came of it into use and says so. What this throws has failed, too. */
  done(report: Report): void;
  /** In the end, however it ended, also where the node was closed. */
  tidy?(): void | Promise<void>;
}

/** What a node that learns does itself. */
export interface Learner<Progress, Report> {
  /** Whether a message carries an example, or something to judge; otherwise it is a command, or the end of a pass. */
  carries(msg: Message): boolean;
  /** Whether a message belongs to the collection; otherwise it is to be answered. */
  collects(msg: Message): boolean;
  /** @throws UserError where the message is of no use */
  collect(msg: Message, send: Send): void | Promise<void>;
  /** Judges by what was learnt. */
  answer?(msg: Message, send: Send): void | Promise<void>;
  /** A command of this node's own; says whether the message was one. */
  command?(msg: Message): boolean | Promise<boolean>;
  /** Whether to train now, behind this message. */
  isReady(msg: Message): boolean;
  /**
   * Hands over what was collected; what comes next starts a new collection, if any.
   * @param signal ends the preparation, after which everything is to be as before
   * @throws UserError where it cannot be trained on; AbortError
   */
  prepare(msg: Message, signal: AbortSignal): Training<Progress, Report> | Promise<Training<Progress, Report>>;
  /** Shows how far the training is. */
  tell(progress: Progress): void;
  /** The training was cancelled, and everything is as before. */
  cancelled(): void;
  /** The training failed; the status says why already. */
  failed?(error: Error): void;
  /** `msg.reset`: forgets what was collected. */
  forget(): void | Promise<void>;
  /** Nothing is left of what was there before a reset; shown where no example came along. */
  showWaiting?(): void;
  /** `msg.stop` while nothing trains: ends a collection, if there is one to end. */
  stopCollecting?(): boolean | Promise<boolean>;
  /** So many messages wait while a training runs; without, they are worked on meanwhile. */
  readonly waiting?: { most: number; what: string };
  close?(): void | Promise<void>;
}

export class Trainer<Progress, Report> implements Handlers {
  private readonly turns = new Turns();
  private preparing: AbortController | undefined;
  private job: Job<Report> | undefined;
  private over: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly shell: Shell<unknown>,
    private readonly learner: Learner<Progress, Report>,
  ) {}

  get isTraining(): boolean {
    return this.job !== undefined;
  }

  /** One message after the other: a collection may wait for the disk, and the next message may be a reset. */
  async input(msg: Message, send: Send): Promise<void> {
    if (msg.stop) return this.stop();
    this.expectRoom();
    return this.turns.take(() => this.handle(msg, send));
  }

  /** Ends a training; nothing of it is told any more. */
  async close(): Promise<void> {
    this.closed = true;
    this.preparing?.abort();
    await this.job?.cancel();
    await this.over;
    await this.learner.close?.();
  }

  /** Trains on what was collected. @throws UserError where it cannot be trained on */
  async begin(msg: Message): Promise<void> {
    const training = await this.prepare(msg);
    if (!training) return;
    this.shell.status.busy(training.text);
    const job = training.start(progress => this.tell(progress, msg));
    this.job = job;
    this.over = this.follow(job, training, msg).finally(() => {
      this.job = undefined;
      this.over = undefined;
      return training.tidy?.();
    });
  }

  /** Undefined where it was cancelled, or the node closed. */
  private async prepare(msg: Message): Promise<Training<Progress, Report> | undefined> {
    const preparing = new AbortController();
    const { signal } = preparing;
    this.preparing = preparing;
    try {
      const training = await this.learner.prepare(msg, signal);
      if (!signal.aborted) return training;
      await training.tidy?.();
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    } finally {
      this.preparing = undefined;
    }
    if (!this.closed) this.learner.cancelled();
    return undefined;
  }

  private async handle(msg: Message, send: Send): Promise<void> {
    const { learner } = this;
    if (learner.waiting) await this.over;
    if (this.closed) return;
    if (msg.reset) await learner.forget();
    if (await learner.command?.(msg)) return;
    const carries = learner.carries(msg);
    if (msg.reset && !carries) return learner.showWaiting?.();
    if (!learner.collects(msg)) return learner.answer?.(msg, send);
    try {
      if (carries || !isLast(msg)) await learner.collect(msg, send);
    } finally {
      // The last message of a pass starts the training even where its own example is no good.
      if (learner.isReady(msg)) await this.begin(msg);
    }
  }

  private expectRoom(): void {
    const { waiting } = this.learner;
    if (!waiting || !this.job || this.turns.size < waiting.most) return;
    throw new UserError(
      'overload',
      `the classifier is being trained and ${waiting.most} ${waiting.what} wait already; this one was left out. Wait for the report, or send msg.stop.`,
    );
  }

  private async follow(job: Job<Report>, training: Training<Progress, Report>, msg: Message): Promise<void> {
    try {
      const report = await job.result;
      if (this.closed) return;
      if (report) training.done(report);
      else this.learner.cancelled();
    } catch (thrown) {
      if (this.closed) return;
      const error = this.shell.fail(thrown, msg);
      this.learner.failed?.(error);
    }
  }

  private tell(progress: Progress, msg: Message): void {
    if (this.closed) return;
    this.learner.tell(progress);
    this.shell.send([null, { ...carryOn(msg), topic: 'progress', payload: progress }]);
  }

  private async stop(): Promise<void> {
    const { status } = this.shell;
    if (this.preparing) return this.preparing.abort();
    if (!this.job) {
      if (!(await this.learner.stopCollecting?.())) status.idle('nothing to stop');
      return;
    }
    status.busy('stopping');
    await this.job.cancel();
    await this.over;
  }
}
