// Scoring and drawing as seen from Node-RED's thread: a bounded queue in front of one worker thread that holds the model.

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Segment, SegmentScore } from '../detectors/model';
import type { Drawing, DrawingRequest } from '../detectors/vae/drawing';
import type { EngineSettings } from '../engine/compute-engine';
import type { ErrorCode } from '../error-codes';
import { UserError } from '../errors';
import type { AudioInfo, Explanation } from '../messages';

/** A segment to be scored; where it is explained, `audio` says when it was heard. */
export interface ScoringRequest extends Segment {
  audio?: AudioInfo;
}

/** As of the detectors, the explanation drawn and packed for a message. */
export interface ScoringResult extends Omit<SegmentScore, 'explanation'> {
  explanation?: Explanation;
}

export type ScoringCommand =
  | { kind: 'load'; file: string; engine?: EngineSettings }
  | { kind: 'score'; requests: ScoringRequest[] }
  | { kind: 'draw'; request: DrawingRequest }
  | { kind: 'unload' };
export type ScoringAnswer =
  | { kind: 'loaded' }
  | { kind: 'unloaded' }
  | { kind: 'scored'; results: ScoringResult[] }
  | { kind: 'drawn'; drawings: Drawing[] }
  | { kind: 'failed'; code?: ErrorCode; message: string };

/** Waiting segments; more and the oldest is given up. Two minutes of a microphone at one segment every 2 s. */
const MAX_WAITING = 64;
/** Handed to the worker at once. */
const MAX_TOGETHER = 8;
/** How long TensorFlow may take to give its memory back before the thread is ended all the same. */
const UNLOAD_MS = 1000;

interface Waiting<Request, Result> {
  request: Request;
  resolve(result: Result): void;
  reject(error: Error): void;
}

interface Scoring extends Waiting<ScoringRequest, ScoringResult> {
  kind: 'score';
}

interface DrawingJob extends Waiting<DrawingRequest, Drawing[]> {
  kind: 'draw';
}

export class ScoringService {
  /** Segments given up because scoring could not keep up. */
  dropped = 0;
  private worker: Worker | undefined;
  private file: string | undefined;
  private loadedFile: string | undefined;
  private readonly waiting: (Scoring | DrawingJob)[] = [];
  private running = false;
  private turn: Promise<void> = Promise.resolve();
  private closed = false;

  /** @param engine what computes; default: our own kernels */
  constructor(private readonly engine?: EngineSettings) {}

  /** Chooses the model file for the segments from now on; it is read when the next one is scored. */
  use(file: string): void {
    this.file = file;
  }

  /**
   * Scores one picture; answers come in the order of the questions.
   * @throws UserError `too-fast` where the queue was full and this was the oldest, or as `readModelFile`
   */
  score(request: ScoringRequest): Promise<ScoringResult> {
    return new Promise((resolve, reject) => this.add({ kind: 'score', request, resolve, reject }));
  }

  /**
   * Draws pictures, after what was asked for before.
   * @throws UserError `no-prior`, `too-fast`, or as `readModelFile`
   */
  draw(request: DrawingRequest): Promise<Drawing[]> {
    return new Promise((resolve, reject) => this.add({ kind: 'draw', request, resolve, reject }));
  }

  private add(job: Scoring | DrawingJob): void {
    if (this.closed) {
      job.reject(closed());
      return;
    }
    this.waiting.push(job);
    if (this.waiting.length > MAX_WAITING) {
      this.dropped++;
      this.waiting
        .shift()
        ?.reject(
          new UserError(
            'overload',
            `segments come faster than they can be scored: the oldest of ${MAX_WAITING} waiting was left out (${this.dropped} so far). Use longer segments or a smaller model.`,
          ),
        );
    }
    if (!this.running) this.turn = this.run();
  }

  /** Ends the worker; what is waiting is refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.refuse(closed());
    if (this.engine?.choice === 'tensorflow') await this.unload();
    await this.worker?.terminate();
  }

  /** What TensorFlow holds outlives the thread unless it is given back first. */
  private async unload(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, UNLOAD_MS);
    });
    const unloaded = this.turn.then(() => (this.loadedFile ? this.ask({ kind: 'unload' }) : undefined));
    await Promise.race([unloaded.catch(() => undefined), late]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0 && !this.closed) {
      let taken: (Scoring | DrawingJob)[] = [];
      try {
        await this.load();
        const [next] = this.waiting;
        if (next?.kind === 'draw') {
          taken = this.waiting.splice(0, 1);
          const answer = await this.ask({ kind: 'draw', request: next.request });
          if (answer.kind === 'drawn') next.resolve(answer.drawings);
        } else {
          const scorings = this.takeScorings();
          taken = scorings;
          const answer = await this.ask({ kind: 'score', requests: scorings.map(({ request }) => request) });
          if (answer.kind !== 'scored') continue;
          for (const [i, result] of answer.results.entries()) scorings[i].resolve(revive(result));
        }
      } catch (thrown) {
        const failed = taken.length > 0 ? taken : this.waiting.splice(0);
        for (const { reject } of failed) reject(thrown as Error);
      }
    }
    this.running = false;
  }

  /** Takes what is to be scored next, up to where something is to be drawn. */
  private takeScorings(): Scoring[] {
    const scorings: Scoring[] = [];
    for (let next = this.waiting[0]; next?.kind === 'score' && scorings.length < MAX_TOGETHER; next = this.waiting[0]) {
      scorings.push(next);
      this.waiting.shift();
    }
    return scorings;
  }

  private async load(): Promise<void> {
    if (!this.file) throw new UserError('not-trained', 'there is no trained model yet; train one first.');
    if (this.loadedFile === this.file && this.worker) return;
    const { file } = this;
    this.loadedFile = undefined;
    await this.ask({ kind: 'load', file, engine: this.engine });
    this.loadedFile = file;
  }

  private ask(command: ScoringCommand): Promise<ScoringAnswer> {
    const worker = this.start();
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        worker.off('exit', onExit);
        done();
      };
      const onMessage = (answer: ScoringAnswer) => {
        if (answer.kind === 'failed') settle(() => reject(errorOf(answer)));
        else settle(() => resolve(answer));
      };
      const onError = (error: Error) => {
        this.forget();
        settle(() => reject(error));
      };
      const onExit = () => {
        this.forget();
        settle(() => reject(new UserError('thread-failed', 'the scoring thread ended; the segment was not scored.')));
      };
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.on('exit', onExit);
      worker.postMessage(command);
    });
  }

  private start(): Worker {
    this.worker ??= new Worker(join(__dirname, 'scoring-worker.js'));
    return this.worker;
  }

  /** After a crash the next segment starts a new worker. */
  private forget(): void {
    this.worker = undefined;
    this.loadedFile = undefined;
  }

  private refuse(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

const closed = (): UserError =>
  new UserError('closed', 'the audio model was closed or redeployed before the segment was scored.');

/** A Buffer that was posted between threads arrives as plain bytes. */
function revive(result: ScoringResult): ScoringResult {
  const { explanation } = result;
  if (!explanation) return result;
  const buffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { error, picture } = explanation;
  return { ...result, explanation: { ...explanation, error: buffer(error), picture: buffer(picture) } };
}

function errorOf({ code, message }: { code?: ErrorCode; message: string }): Error {
  return code ? new UserError(code, message) : new Error(message);
}
