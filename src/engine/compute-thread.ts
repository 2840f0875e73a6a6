// A compute thread: waits for commands of its engine and runs its part of each.
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadContext } from './context';
import { Command } from './control';
import type { ThreadData } from './engine';
import { Network } from './network';
import { loadKernels } from './wasm';

const { plan, memory, kind, thread } = workerData as ThreadData;
const context = new ThreadContext(plan.shared, loadKernels(memory, kind), memory, thread);
const network = new Network(context, plan);

parentPort?.postMessage('ready');
for (let command = network.control.receive(); command !== Command.exit; command = network.control.receive()) {
  network.run(command);
}
