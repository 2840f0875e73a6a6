// Runs an exported model file with somebody else's runtime: onnxruntime-web or LiteRT.js, both WebAssembly. In a thread
// of its own, whose memory goes with it; LiteRT.js is made for browsers and needs a few of their globals.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const { file, pictures } = workerData;

async function runOnnx() {
  const ort = require('onnxruntime-web');
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(readFileSync(file));
  const results = [];
  for (const { values, shape } of pictures) {
    const outputs = await session.run({ spectrogram: new ort.Tensor('float32', values, shape) });
    results.push(Object.fromEntries(Object.entries(outputs).map(([name, { data, dims }]) => [name, { data, dims }])));
  }
  return results;
}

async function loadLiteRt() {
  const entry = require.resolve('@litertjs/core');
  const wasm = join(dirname(dirname(entry)), 'wasm');
  globalThis.self = globalThis;
  globalThis.Module = { locateFile: name => join(wasm, name) };
  globalThis.importScripts = script => {
    const body = `${readFileSync(script, 'utf8')}; return ModuleFactory;`;
    const load = compileFunction(body, ['require', '__dirname', '__filename'], { filename: script });
    globalThis.ModuleFactory = load(require, wasm, script);
  };
  const liteRt = await import(pathToFileURL(entry));
  await liteRt.loadLiteRt(wasm);
  return liteRt;
}

async function runTflite() {
  const liteRt = await loadLiteRt();
  const model = await liteRt.loadAndCompile(new Uint8Array(readFileSync(file)), { accelerator: 'wasm' });
  const results = [];
  for (const { values, shape } of pictures) {
    const outputs = await model.run({ spectrogram: new liteRt.Tensor(values, shape) });
    const entries = Object.entries(outputs).map(([name, tensor]) => {
      const { dimensions } = tensor.type.layout;
      return [name, { data: Float32Array.from(tensor.toTypedArray()), dims: [...dimensions] }];
    });
    results.push(Object.fromEntries(entries));
  }
  return results;
}

parentPort.postMessage(await (file.endsWith('.onnx') ? runOnnx() : runTflite()));
