// What the three shapes of task have in common. A task is an exported constant in a file of src/tasks that both sides load:
// Node-RED's thread to give orders, a worker thread (entry.ts) to carry them out.
import type { TaskAddress } from './protocol';

/** What the work is given besides its order. */
export interface Watch<Event> {
  /** Tells the other side how far it is. */
  tell(event: Event): void;
  /** Asked now and then; when it says so, the work throws Cancelled. */
  cancelled(): boolean;
}

export type Work<Order, Result, Event> = (order: Order, watch: Watch<Event>) => Result | Promise<Result>;

export interface TaskDefinition<Order, Result, Event> {
  /** `__filename`: the file of the task is what the thread loads. */
  file: string;
  /** The name that the task is exported by. */
  name: string;
  /** What the thread does, in the words of errors: 'makes spectrograms'. */
  what: string;
  /**
   * Makes the work ready, once in each thread. What is heavy is imported here and not at the top of the file, so that
   * Node-RED's thread does not load it.
   */
  load(): Promise<Work<Order, Result, Event>>;
}

export abstract class Task<Order, Result, Event> {
  readonly address: TaskAddress;
  readonly what: string;
  /** Whether the result is a stream of events that are read one by one. */
  readonly isStream: boolean = false;
  readonly load: () => Promise<Work<Order, Result, Event>>;

  constructor({ file, name, what, load }: TaskDefinition<Order, Result, Event>) {
    this.address = { file, name };
    this.what = what;
    this.load = load;
  }

  /** The memory of a result (of a stream: of an event) that is handed over and not copied. */
  memoryOf(_result: unknown): ArrayBuffer[] {
    return [];
  }
}

/** As the worker sees it, which knows nothing of orders and results. */
export type AnyTask = Task<unknown, unknown, unknown>;

/** What the owner of a thread needs to know of it. */
export type NamedTask = Pick<AnyTask, 'address' | 'what'>;
