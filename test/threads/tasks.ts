// The tasks of tasks.cjs with their types.
import type { LongTask } from '#src/threads/long-task';
import type { ShortTask } from '#src/threads/short-task';
import type { StreamTask } from '#src/threads/stream-task';

export interface Order {
  how:
    | 'answer'
    | 'tell'
    | 'block'
    | 'hang'
    | 'mark'
    | 'refuse'
    | 'fail'
    | 'throw-text'
    | 'die'
    | 'burst'
    | 'until-cancelled';
  text?: string;
  milliseconds?: number;
}

export interface Answer {
  text?: string;
  threadId: number;
}

export interface Counted {
  i: number;
  memory: Uint8Array;
}

interface Tasks {
  quickTask: ShortTask<Order, Answer, number>;
  slowTask: ShortTask<Order, Answer, number>;
  countingTask: ShortTask<undefined, number>;
  memoryTask: ShortTask<Float32Array, Float32Array>;
  longTask: LongTask<Order, Answer, number>;
  countTask: StreamTask<
    { count: number; bytes: number; failAt?: number; dieAt?: number; progress: SharedArrayBuffer },
    Counted
  >;
}

export const tasks = require('./tasks.cjs') as Tasks;
