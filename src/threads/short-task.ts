// A short task: an order in, an answer out, in a thread of the pool. Each user has a lane of its own, in which one order
// is carried out after the other and which it can cancel and close without touching anybody else's work.
import { Turns } from '../turns';
import { type Pool, type PoolOrder, type Prepared, processPool, type Ticket } from './pool';
import { cancelledError, closedError } from './protocol';
import { Task, type TaskDefinition } from './task';

export interface ShortTaskDefinition<Order, Answer, Event> extends TaskDefinition<Order, Answer, Event> {
  /** Takes long for what it is worth: others go first. */
  isSlow?: boolean;
  /** The memory of an answer that is handed over and not copied. */
  memoryOf?(answer: Answer): ArrayBuffer[];
}

/** What may be said about an order besides. */
export interface AskOptions<Event> extends Pick<PoolOrder, 'near' | 'on'> {
  onEvent?(event: Event): void;
}

export class ShortTask<Order, Answer, Event = never> extends Task<Order, Answer, Event> {
  readonly isSlow: boolean;

  constructor(private readonly definition: ShortTaskDefinition<Order, Answer, Event>) {
    super(definition);
    this.isSlow = definition.isSlow ?? false;
  }

  override memoryOf(answer: unknown): ArrayBuffer[] {
    return this.definition.memoryOf?.(answer as Answer) ?? [];
  }

  /** A user's own way to have it done; to be closed. */
  lane(pool: Pool = processPool): Lane<Order, Answer, Event> {
    return new Lane(this, pool);
  }
}

export class Lane<Order, Answer, Event = never> {
  private readonly tickets = new Set<Ticket>();
  private readonly turns = new Turns();
  /** Raised by every cancel: what was asked for before it does not start. */
  private cancels = 0;
  private closed = false;

  constructor(
    private readonly task: ShortTask<Order, Answer, Event>,
    private readonly pool: Pool,
  ) {
    pool.enter();
  }

  /**
   * Has an order carried out, after those that were given before.
   * @param prepare makes it, when its turn has come
   * @throws UserError what the work throws; `thread-failed` where the thread died; `cancelled`; `closed`
   */
  ask(prepare: () => Prepared<Order> | Promise<Prepared<Order>>, options?: AskOptions<Event>): Promise<Answer> {
    const asked = this.cancels;
    return this.turns.take(async () => {
      this.expectOpen(asked);
      const prepared = await prepare();
      this.expectOpen(asked);
      return this.run(prepared, options);
    });
  }

  /** Fails what was asked for with `cancelled`; what comes later is worked on. */
  cancel(): void {
    this.cancels++;
    for (const ticket of this.tickets) ticket.giveUp(cancelledError());
  }

  /** Fails what was asked for with `closed`, and whatever comes later. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const ticket of this.tickets) ticket.giveUp(closedError());
    this.pool.leave();
  }

  private expectOpen(asked: number): void {
    if (this.closed) throw closedError();
    if (asked !== this.cancels) throw cancelledError();
  }

  private async run(prepared: Prepared<Order>, options: AskOptions<Event> = {}): Promise<Answer> {
    const { task } = this;
    const ticket = this.pool.run({
      ...options,
      task,
      isSlow: task.isSlow,
      prepare: () => prepared,
      onEvent: options.onEvent as PoolOrder['onEvent'],
    });
    this.tickets.add(ticket);
    try {
      return (await ticket.result) as Answer;
    } finally {
      this.tickets.delete(ticket);
    }
  }
}
