// The worker thread, whatever runs in it: loads the task that an order names and carries the order out.
import { parentPort } from 'node:worker_threads';
import { Ahead } from './ahead';
import { type Command, type Reply, sentError, type TaskAddress } from './protocol';
import type { AnyTask, Watch, Work } from './task';

const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread only');

// Decoders write about damaged files to the console by the line; the answer tells what matters.
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

const ready = new Map<AnyTask, Work<unknown, unknown, unknown>>();
let ahead = new Ahead();

const reply = (message: Reply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

async function carryOut(address: TaskAddress, order: unknown, cancel: Int32Array): Promise<void> {
  const task = (require(address.file) as Record<string, AnyTask>)[address.name];
  const work = ready.get(task) ?? (await task.load());
  ready.set(task, work);
  const watch: Watch<unknown> = {
    tell: event => reply({ kind: 'event', event }),
    cancelled: () => Atomics.load(cancel, 0) !== 0,
  };
  const result = await work(order, watch);
  if (!task.isStream) return reply({ kind: 'answer', answer: result }, task.memoryOf(result));
  await send(task, result as AsyncIterable<unknown> | Iterable<unknown>);
  reply({ kind: 'answer', answer: undefined });
}

async function send(task: AnyTask, events: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  ahead = new Ahead();
  for await (const event of events) {
    await ahead.room();
    const memory = task.memoryOf(event);
    ahead.sent(memory.reduce((sum, { byteLength }) => sum + byteLength, 0));
    reply({ kind: 'event', event }, memory);
  }
}

port.on('message', (command: Command) => {
  if (command.kind === 'taken') return ahead.taken();
  const { task, order, cancel } = command;
  carryOut(task, order, new Int32Array(cancel)).catch(thrown => reply({ kind: 'error', error: sentError(thrown) }));
});
