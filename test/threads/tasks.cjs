// Tasks for the tests of src/threads: what a worker thread loads, in plain JavaScript.
const { writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { threadId } = require('node:worker_threads');
const { UserError } = require('#src/errors');
const { Cancelled } = require('#src/threads/cancelled');
const { LongTask } = require('#src/threads/long-task');
const { ShortTask } = require('#src/threads/short-task');
const { StreamTask } = require('#src/threads/stream-task');

const file = __filename;

/** Blocks the thread, as computing does. */
const block = milliseconds => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

function behave({ how, text, milliseconds }, watch) {
  switch (how) {
    case 'answer':
      return { text, threadId };
    case 'tell':
      for (const part of [0.25, 0.5, 0.75]) watch.tell(part);
      return { text: 'told' };
    case 'block':
      block(milliseconds);
      return { text: 'blocked', threadId };
    case 'hang':
      for (;;) block(1000);
    case 'mark':
      writeFileSync(text, 'begun');
      for (;;) block(1000);
    case 'refuse':
      throw new UserError('folder', 'this is what is wrong and what to do.');
    case 'fail':
      throw new TypeError('a defect of ours');
    case 'throw-text':
      throw 'just words';
    case 'die':
      process.exit(7);
      break;
    case 'burst':
      setImmediate(() => {
        throw new Error('out of luck');
      });
      return new Promise(() => {});
    case 'until-cancelled':
      while (!watch.cancelled()) block(5);
      throw new Cancelled();
  }
  throw new Error(`no such behaviour: ${how}`);
}

const definition = (name, load) => ({ file, name, what: 'does as it is told', load });
const load = async () => behave;

exports.quickTask = new ShortTask(definition('quickTask', load));
exports.slowTask = new ShortTask({ ...definition('slowTask', load), isSlow: true });
/** Says how often it was loaded in its thread. */
exports.countingTask = new ShortTask(
  definition('countingTask', async () => {
    exports.loads = (exports.loads ?? 0) + 1;
    return () => exports.loads;
  }),
);
/** Hands back the memory that it was given. */
exports.memoryTask = new ShortTask({
  ...definition('memoryTask', async () => values => values.map(value => 2 * value)),
  memoryOf: values => [values.buffer],
});
exports.longTask = new LongTask(definition('longTask', load));

/** Counts up, and notes how far it has come in `progress`, a shared integer. */
exports.countTask = new StreamTask({
  ...definition(
    'countTask',
    async () =>
      async function* ({ count, bytes, failAt, dieAt, progress }) {
        const seen = new Int32Array(progress);
        for (let i = 0; i < count; i++) {
          if (i === failAt) throw new UserError('folder', `stopped at ${i}`);
          if (i === dieAt) process.exit(9);
          await sleep(0);
          Atomics.store(seen, 0, i + 1);
          yield { i, memory: new Uint8Array(bytes) };
        }
      },
  ),
  memoryOf: ({ memory }) => [memory.buffer],
});
