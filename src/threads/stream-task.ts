// A pulled stream: a thread of its own reads, a few events ahead of its reader (ahead.ts), and then waits.
import { type NamedTask, Task, type TaskDefinition } from './task';
import { Thread } from './thread';

const ADVICE = 'Start the pass again.';

type Events<Event> = AsyncIterable<Event> | Iterable<Event>;

export interface StreamDefinition<Order, Event> extends TaskDefinition<Order, Events<Event>, Event> {
  /** The memory of an event that is handed over and not copied. */
  memoryOf?(event: Event): ArrayBuffer[];
}

export class StreamTask<Order, Event> extends Task<Order, Events<Event>, Event> {
  override readonly isStream = true;

  constructor(private readonly definition: StreamDefinition<Order, Event>) {
    super(definition);
  }

  override memoryOf(event: unknown): ArrayBuffer[] {
    return this.definition.memoryOf?.(event as Event) ?? [];
  }

  open(order: Order): Stream<Event> {
    return new Stream(this, order);
  }
}

/** Iterate over it once, and `close` it when done with it, early or not. */
export class Stream<Event> implements AsyncIterable<Event> {
  private readonly thread = new Thread();
  private readonly events: Event[] = [];
  private outcome: { error?: Error } | undefined;
  private wake: (() => void) | undefined;

  constructor(task: NamedTask, order: unknown) {
    const onEvent = (event: unknown): void => this.receive(event as Event);
    this.thread.run({ task, order, onEvent, advice: ADVICE }).then(
      () => this.finish(),
      error => this.finish(error),
    );
  }

  /** @throws UserError what the thread's reading throws; `thread-failed` where the thread died */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (;;) {
      const event = this.events.shift();
      if (event) {
        this.thread.taken();
        yield event;
      } else if (this.outcome) {
        if (this.outcome.error) throw this.outcome.error;
        return;
      } else {
        await new Promise<void>(resolve => (this.wake = resolve));
      }
    }
  }

  /** Ends the thread at once, in the middle of a file too; the iteration ends with it. */
  async close(): Promise<void> {
    this.events.length = 0;
    const isOver = this.outcome !== undefined;
    this.finish();
    // A thread that is through ends by itself; one in the middle of a file is waited for.
    if (!isOver) await this.thread.end();
  }

  private receive(event: Event): void {
    if (this.outcome) return;
    this.events.push(event);
    this.wake?.();
  }

  private finish(error?: Error): void {
    this.outcome ??= { error };
    this.wake?.();
    void this.thread.end();
  }
}
