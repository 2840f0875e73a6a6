// Scoring and drawing as seen from an audio-model node: a bounded queue in front of the threads that all share. One order
// of a model is worked on at a time, so that its answers keep their order; the pictures of alarms are drawn beside that.
import type { Drawing, DrawingRequest } from '../detectors/drawing';
import type { Segment, SegmentScore } from '../detectors/model';
import { detectorModules } from '../detectors/registry';
import type { EngineSettings } from '../engine/compute-engine';
import { UserError } from '../errors';
import { type AudioInfo, bufferOf, type Explanation } from '../messages';
import { isSameModel, type ModelId } from '../store/model-id';
import { Pool, type PoolThread, type Prepared, processPool, type Ticket } from '../threads/pool';
import { type ModelMemory, modelMemory } from './model-memory';
import { bufferOn, explanationTask } from './plot';
import { type ModelOrder, type ScoringAnswer, type ScoringOrder, scoringTask } from './scoring';

/** A segment to be scored; where it is explained, `audio` says when it was heard. */
export interface ScoringRequest extends Segment {
  audio?: AudioInfo;
}

/** As of the detectors, the explanation drawn and packed for a message. */
export interface ScoringResult extends Omit<SegmentScore, 'explanation'> {
  explanation?: Explanation;
}

/** Waiting segments; more and the oldest is given up. Two minutes of a microphone at one segment every 2 s. */
const MAX_WAITING = 64;
/** Handed to a thread at once. */
const MAX_TOGETHER = 8;
/** Alarms whose pictures are not drawn yet; with more, no further segment is scored. */
const MAX_PICTURES = 16;
/** How long TensorFlow may take to give its memory back before the node is closed all the same. */
const UNLOAD_MS = 1000;

/** One version of the model, while it is in use. */
interface Version extends ModelId {
  key: string;
}

interface Waiting<Request, Result> {
  version: Version;
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

/**
 * TensorFlow has threads of its own, and memory that outlives a thread which is ended in the middle of its work: its
 * models have one thread to themselves, which is not ended in the middle of an order.
 */
const tensorflowPool = new Pool(1);

let versions = 0;

export class ScoringService {
  /** Segments given up because scoring could not keep up. */
  dropped = 0;
  private readonly pool: Pool;
  private version: Version | undefined;
  /** Versions that threads may hold. */
  private readonly used = new Set<Version>();
  private readonly waiting: (Scoring | DrawingJob)[] = [];
  private readonly pictures = explanationTask.lane();
  /** Alarms whose pictures are not drawn yet. */
  private drawing = 0;
  private running: Ticket | undefined;
  private closed = false;

  /**
   * @param engine what computes; default: our own kernels
   * @param memory where the weights are kept
   */
  constructor(
    private readonly engine?: EngineSettings,
    private readonly memory: ModelMemory = modelMemory,
    pool = processPool,
  ) {
    this.pool = engine?.choice === 'tensorflow' ? tensorflowPool : pool;
    this.pool.enter();
  }

  /** Chooses the model for the segments from now on; it is read when the next one is scored. */
  use({ file, checksum }: ModelId): void {
    if (isSameModel(this.version, { file, checksum })) return;
    this.version = { key: `${file} #${++versions}`, file, checksum };
    this.letGo();
  }

  /**
   * Scores one segment; but for those that are explained, answers come in the order of the questions.
   * @throws UserError `overload` where the queue was full and this was the oldest; `thread-failed`; `not-trained`;
   * `closed`; or as `openModel`
   */
  score(request: ScoringRequest): Promise<ScoringResult> {
    return new Promise((resolve, reject) => {
      this.add(version => ({ kind: 'score', version, request, resolve, reject }), reject);
    });
  }

  /**
   * Draws spectrograms, after what was asked for before.
   * @throws UserError `no-prior`, or as `score`
   */
  draw(request: DrawingRequest): Promise<Drawing[]> {
    return new Promise((resolve, reject) => {
      this.add(version => ({ kind: 'draw', version, request, resolve, reject }), reject);
    });
  }

  /** Gives the model's memory back; what is waiting is refused. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.version = undefined;
    for (const { reject } of this.waiting.splice(0)) reject(closed());
    this.running?.giveUp(closed());
    this.pictures.close();
    const forgotten = this.letGo();
    if (this.engine?.choice === 'tensorflow') await within(UNLOAD_MS, forgotten);
    this.pool.leave();
  }

  private add(jobFor: (version: Version) => Scoring | DrawingJob, reject: (error: Error) => void): void {
    if (this.closed) reject(closed());
    else if (!this.version) reject(new UserError('not-trained', 'there is no trained model yet; train one first.'));
    else {
      this.waiting.push(jobFor(this.version));
      if (this.waiting.length > MAX_WAITING) this.giveUpOldest();
      this.work();
    }
  }

  private giveUpOldest(): void {
    this.dropped++;
    const sentence = `segments come faster than they can be scored: the oldest of ${MAX_WAITING} waiting was left out (${this.dropped} so far). Use longer segments or a smaller model.`;
    this.waiting.shift()?.reject(new UserError('overload', sentence));
  }

  /** Gives the next order, where none is under way. */
  private work(): void {
    const [next] = this.waiting;
    if (!next || this.running || this.drawing >= MAX_PICTURES) return;
    const { version, kind } = next;
    let taken: (Scoring | DrawingJob)[] = [];
    this.used.add(version);
    this.running = this.pool.run({
      task: scoringTask,
      isSlow: kind === 'draw',
      near: version.key,
      isGuarded: this.pool === tensorflowPool,
      prepare: thread => {
        taken = this.take(version, kind);
        return this.orderFor(version, taken, thread);
      },
    });
    this.running.result
      .then(answer => this.deliver(version, taken, answer as ScoringAnswer))
      .catch(error => {
        for (const { reject } of taken) reject(error);
      })
      .finally(() => {
        this.running = undefined;
        this.letGo();
        this.work();
      });
  }

  /** What is to be done next with one version: segments together, drawings one by one. */
  private take(version: Version, kind: 'score' | 'draw'): (Scoring | DrawingJob)[] {
    const most = kind === 'score' ? MAX_TOGETHER : 1;
    const other = this.waiting.findIndex(job => job.version !== version || job.kind !== kind);
    return this.waiting.splice(0, Math.min(most, other < 0 ? most : other));
  }

  private orderFor(
    { key, file, checksum }: Version,
    taken: (Scoring | DrawingJob)[],
    thread: PoolThread,
  ): Prepared<ScoringOrder> {
    const contents = thread.holds.has(key) ? undefined : this.memory.get(key);
    const model: ModelOrder = { key, file, checksum, engine: this.engine, modules: detectorModules(), contents };
    const [first] = taken;
    if (first?.kind === 'draw') return { order: { kind: 'draw', model, request: first.request } };
    const segments = taken.flatMap(job => (job.kind === 'score' ? [segmentOf(job.request)] : []));
    return { order: { kind: 'score', model, segments } };
  }

  private deliver(version: Version, taken: (Scoring | DrawingJob)[], { contents, scores, drawings }: ScoringAnswer) {
    if (contents) this.memory.put(version.key, contents, () => void forget(this.pool, version.key));
    for (const [i, job] of taken.entries()) {
      if (job.kind === 'draw') job.resolve(drawings);
      else void this.finish(job, scores[i]);
    }
  }

  private async finish({ request, resolve, reject }: Scoring, { explanation, ...score }: SegmentScore): Promise<void> {
    if (!explanation) return resolve(score);
    const { values, info, audio } = request;
    const { error, peak, text } = explanation;
    this.drawing++;
    try {
      const picture = bufferOn(await this.pictures.ask(() => ({ order: { values, error, info, audio } })));
      resolve({ ...score, explanation: { error: bufferOf(error), picture, peak, text, shape: info.shape } });
    } catch (thrown) {
      reject(thrown as Error);
    }
    this.drawing--;
    this.work();
  }

  /** Lets go of the versions that nothing waits for any more. */
  private async letGo(): Promise<void> {
    const needed = new Set([this.version, ...this.waiting.map(({ version }) => version)]);
    const free = this.running ? [] : [...this.used].filter(version => !needed.has(version));
    await Promise.all(
      (this.closed ? [...this.used] : free).map(async version => {
        this.used.delete(version);
        this.memory.drop(version.key);
        await forget(this.pool, version.key);
      }),
    );
  }
}

/** What goes to the thread of a request. */
const segmentOf = ({ values, info, explain }: ScoringRequest): Segment => ({ values, info, explain });

/** Has the threads let go of a model that they hold. */
async function forget(pool: Pool, key: string): Promise<void> {
  const order: ScoringOrder = { kind: 'forget', key };
  const holders = pool.threads.filter(({ holds }) => holds.has(key));
  await Promise.all(
    holders.map(async on => {
      on.holds.delete(key);
      // A thread that has died holds nothing any more.
      await pool.run({ task: scoringTask, on, prepare: () => ({ order }) }).result.catch(() => {});
    }),
  );
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

const closed = (): UserError =>
  new UserError('closed', 'the audio model was closed or redeployed before the segment was scored.');
