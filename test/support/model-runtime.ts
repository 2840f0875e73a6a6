// Exported model files in somebody else's runtime, see model-runtime-worker.mjs.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface RuntimeOutput {
  data: Float32Array;
  dims: number[];
}

export interface Picture {
  values: Float32Array;
  shape: number[];
}

/** Feeds pictures to a `.onnx` or `.tflite` file; resolves to the named outputs for each. */
export async function runModel(file: string, pictures: Picture[]): Promise<Record<string, RuntimeOutput>[]> {
  const worker = new Worker(join(__dirname, 'model-runtime-worker.mjs'), {
    workerData: { file, pictures },
    // The runtimes tell of their delegates there; a thread started from tests must not load their TypeScript hooks.
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  try {
    const [results] = await once(worker, 'message');
    return results;
  } finally {
    await worker.terminate();
  }
}
