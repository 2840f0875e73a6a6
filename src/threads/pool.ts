// The threads that all nodes of the process share for short tasks: no more than the machine has cores, started as they
// are needed, one task at a time in each. Tasks wait in one queue; who may have how many there is the business of those
// who ask (short-task.ts).
import { availableParallelism } from 'node:os';
import type { NamedTask } from './task';
import { Thread } from './thread';

/** Slow tasks leave one thread to the quick ones, and give way to them for this long. */
const PATIENCE_MS = 1000;
/** How long a task may go on that its owner has given up; then its thread is ended. */
const GRACE_MS = 500;
/** How long threads stay when nobody is left to use them: a deployment closes all nodes before it starts them again. */
const LINGER_MS = 5000;

const ADVICE = 'This segment was left out; the next one gets a new thread.';

export interface Prepared<Order> {
  order: Order;
  /** Memory that goes to the thread for good. */
  transfer?: readonly ArrayBuffer[];
}

export interface PoolOrder {
  task: NamedTask;
  /** Takes long for what it is worth: a picture, a sound to listen to. */
  isSlow?: boolean;
  /** What is loaded in a thread for this order, if it has been there before: a thread that has it is preferred. */
  near?: string;
  /** The only thread that will do. */
  on?: PoolThread;
  /** Where it is given up, it comes to its end by itself: its thread holds what would be lost with it. */
  isGuarded?: boolean;
  /** Called when a thread is free, with that thread: what is to be done may grow while it waits. */
  prepare(thread: PoolThread): Prepared<unknown>;
  onEvent?(event: unknown): void;
}

/** A thread as those see it who care where their work is done. */
export interface PoolThread {
  /** What is loaded there, by `near`; who has it unloaded takes it out. */
  readonly holds: Set<string>;
}

/** An order on its way. */
export interface Ticket {
  /** @throws UserError what the work throws; `thread-failed` where the thread died; what it was given up for */
  readonly result: Promise<unknown>;
  /** Fails the order with `why`, at once. */
  giveUp(why: Error): void;
}

interface Waiting {
  order: PoolOrder;
  since: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

class Member implements PoolThread {
  readonly holds = new Set<string>();
  readonly thread: Thread;
  current: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(onEnd: (member: Member) => void) {
    this.thread = new Thread(() => {
      clearTimeout(this.timer);
      onEnd(this);
    });
  }

  /** Lets the work at hand come to its end by itself, for a while. */
  abandon(): void {
    this.thread.askToStop();
    if (this.current?.order.isGuarded) return;
    this.timer = setTimeout(() => void this.thread.end(), GRACE_MS);
  }

  free(): void {
    clearTimeout(this.timer);
    this.current = undefined;
  }
}

export class Pool {
  private readonly members: Member[] = [];
  private readonly waiting: Waiting[] = [];
  private users = 0;
  private lingering: NodeJS.Timeout | undefined;

  /** @param size threads at most */
  constructor(readonly size = availableParallelism()) {}

  /** Threads that there are just now. */
  get threads(): readonly PoolThread[] {
    return this.members;
  }

  /** Somebody is going to give orders. */
  enter(): void {
    this.users++;
    clearTimeout(this.lingering);
  }

  /** Somebody will give none any more. The threads end some seconds after the last one. */
  leave(): void {
    this.users--;
    this.linger();
  }

  private linger(): void {
    clearTimeout(this.lingering);
    if (this.users === 0) this.lingering = setTimeout(() => void this.end(), LINGER_MS).unref();
  }

  /** Ends all threads that do nothing. */
  async end(): Promise<void> {
    await Promise.all(this.members.filter(({ current }) => !current).map(({ thread }) => thread.end()));
  }

  run(order: PoolOrder): Ticket {
    let giveUp!: (why: Error) => void;
    const result = new Promise<unknown>((resolve, reject) => {
      const waiting: Waiting = { order, since: performance.now(), resolve, reject };
      giveUp = why => this.giveUp(waiting, why);
      this.waiting.push(waiting);
    });
    this.dispatch();
    return { result, giveUp };
  }

  private giveUp(waiting: Waiting, why: Error): void {
    const at = this.waiting.indexOf(waiting);
    if (at >= 0) this.waiting.splice(at, 1);
    else this.members.find(({ current }) => current === waiting)?.abandon();
    waiting.reject(why);
  }

  private dispatch(): void {
    for (let next = this.next(); next; next = this.next()) {
      this.waiting.splice(this.waiting.indexOf(next.waiting), 1);
      void this.work(next.member, next.waiting);
    }
  }

  /** The order whose turn it is and the thread for it; undefined where all that could do it are busy. */
  private next(): { waiting: Waiting; member: Member } | undefined {
    const slowOnes = this.members.filter(({ current }) => current?.order.isSlow).length;
    const late = performance.now() - PATIENCE_MS;
    // Behind the quick ones come the slow ones, but for those that have waited long enough.
    const isFirst = ({ order, since }: Waiting): boolean => !order.isSlow || since < late;
    const inTurn = [...this.waiting.filter(isFirst), ...this.waiting.filter(waiting => !isFirst(waiting))];
    for (const waiting of inTurn) {
      if (waiting.order.isSlow && slowOnes >= Math.max(1, this.size - 1)) continue;
      const member = this.memberFor(waiting.order);
      if (member) return { waiting, member };
    }
    return undefined;
  }

  private memberFor({ on, near }: PoolOrder): Member | undefined {
    const idle = this.members.filter(({ current }) => !current);
    if (on) return idle.find(member => member === on);
    const [first] = idle;
    if (near !== undefined && first) return idle.find(({ holds }) => holds.has(near)) ?? first;
    return first ?? (this.members.length < this.size ? this.start() : undefined);
  }

  private start(): Member {
    const member = new Member(gone => {
      this.members.splice(this.members.indexOf(gone), 1);
      const lost = this.waiting.filter(({ order }) => order.on === gone);
      for (const waiting of lost) this.giveUp(waiting, new Error('the thread has ended.'));
      this.dispatch();
    });
    this.members.push(member);
    return member;
  }

  private async work(member: Member, waiting: Waiting): Promise<void> {
    const { task, prepare, onEvent, near } = waiting.order;
    member.current = waiting;
    try {
      const { order, transfer } = prepare(member);
      if (near !== undefined) member.holds.add(near);
      waiting.resolve(await member.thread.run({ task, order, transfer, onEvent, advice: ADVICE }));
    } catch (thrown) {
      waiting.reject(thrown as Error);
    }
    member.free();
    this.dispatch();
    this.linger();
  }
}

/** The one that the nodes of this process share. */
export const processPool = new Pool();
