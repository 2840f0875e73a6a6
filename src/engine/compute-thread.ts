// A compute thread: waits for commands of its engine and runs its part of each.
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadContext } from './context';
import { CONTROL, type ThreadData } from './engine';
import { Command, Network } from './network';
import { planNetwork } from './plan';
import { loadKernels } from './wasm';

const { architecture, options, memory, kind, thread } = workerData as ThreadData;
const plan = planNetwork(architecture, options);
const context = new ThreadContext(plan, loadKernels(memory, kind), memory, thread);
const network = new Network(context);
const control = context.i32.subarray(plan.control / 4, plan.control / 4 + 8);

parentPort?.postMessage('ready');
let seen = 0;
for (;;) {
  while (Atomics.load(control, CONTROL.counter) === seen) Atomics.wait(control, CONTROL.counter, seen, 1000);
  seen++;
  const command = Atomics.load(control, CONTROL.command);
  if (command === Command.exit) break;
  network.run(command);
}
