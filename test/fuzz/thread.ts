// A thread that runs batches: the input that hangs it, or crashes it, can be left behind with it.
import { parentPort, workerData } from 'node:worker_threads';
import { runBatch } from './batch';
import { targetNamed } from './registry';

/** Where the thread is: read by the main thread even while the thread hangs. */
const place = new Int32Array(workerData as SharedArrayBuffer);

parentPort!.on('message', async ({ target, seed }: { target: string; seed: number }) => {
  const began = (index: number): void => void Atomics.store(place, 0, index + 1);
  parentPort!.postMessage(await runBatch(targetNamed(target), seed, began));
});
parentPort!.postMessage('ready');
