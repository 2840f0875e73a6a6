// The worker thread of one audio model: holds its weights, scores pictures, draws explanations and pictures of its own.
import { parentPort } from 'node:worker_threads';
import { explanationPicture } from '../charts/heatmap';
import { draw } from '../detectors/vae/drawing';
import { explain } from '../detectors/vae/explain';
import { type ModelFacts, modelFacts } from '../detectors/vae/model-description';
import type { ComputeEngine, EngineSettings } from '../engine/compute-engine';
import { chooseEngine } from '../engine/create-engine';
import { scaleInput } from '../engine/input-scale';
import { planNetwork } from '../engine/plan';
import { asError, UserError } from '../errors';
import { bufferOf } from '../messages';
import { readModelFile } from '../store/model-file';
import type { ScoringAnswer, ScoringCommand, ScoringRequest, ScoringResult } from './scoring-service';

/** Pictures scored in one pass, and the memory that may cost. */
const MAX_BATCH = 8;
const BATCH_BYTES = 128 * 2 ** 20;

interface Loaded {
  engine: ComputeEngine;
  facts: ModelFacts;
}

let loaded: Loaded | undefined;

async function load(file: string, settings?: EngineSettings): Promise<void> {
  await unload();
  const factory = chooseEngine(settings);
  const { tensors, metadata } = readModelFile(file);
  const facts = modelFacts(file, metadata);
  const bytes = (batch: number) => planNetwork(facts.architecture, { batch, threads: 1, training: false }).bytes;
  const perPicture = bytes(2) - bytes(1);
  const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_BYTES / perPicture)));
  const engine = await factory.create(facts.architecture, { batch });
  try {
    engine.setParameters(tensors);
  } catch (cause) {
    await engine.close();
    const reason = asError(cause).message;
    throw new UserError('model-damaged', `The model file ${file} does not fit its own description: ${reason}.`, {
      cause,
    });
  }
  loaded = { engine, facts };
}

/** Gives the model's memory back; TensorFlow keeps its own until it is told, even beyond the end of the thread. */
async function unload(): Promise<void> {
  const engine = loaded?.engine;
  loaded = undefined;
  await engine?.close();
}

/** @throws Error where no model is loaded, which is asked for before */
function theModel(): Loaded {
  if (!loaded) throw new Error('no model is loaded');
  return loaded;
}

function score(requests: ScoringRequest[]): ScoringResult[] {
  const { engine, facts } = theModel();
  const { rlWeight, klWeight } = facts.training.options;
  const size = engine.batch;
  const results: ScoringResult[] = [];
  for (let start = 0; start < requests.length; start += size) {
    const part = requests.slice(start, start + size);
    part.forEach(({ picture }, i) => {
      scaleInput(picture, facts.frontEnd.shape, facts.scale, engine.input, i * engine.pixels);
    });
    engine.score(part.length).forEach(({ rl, kl, latent }, i) => {
      const request = part[i];
      const explanation = request.explain ? explainOne(request, i, theModel()) : undefined;
      results.push({ rl, kl, total: rlWeight * rl + klWeight * kl, latent, explanation });
    });
  }
  return results;
}

function explainOne(request: ScoringRequest, index: number, { engine, facts }: Loaded): ScoringResult['explanation'] {
  const view = (values: Float32Array) => values.subarray(index * engine.pixels, (index + 1) * engine.pixels);
  const { info, audio } = request;
  const surprise = explain(view(engine.input), view(engine.reconstruction), info, facts.scale);
  const picture = explanationPicture(request.picture, surprise.error, info, audio);
  return { error: bufferOf(surprise.error), picture, peak: surprise.peak, text: surprise.text, shape: info.shape };
}

parentPort?.on('message', async (command: ScoringCommand) => {
  let answer: ScoringAnswer;
  const transfer: ArrayBuffer[] = [];
  try {
    if (command.kind === 'load') {
      await load(command.file, command.engine);
      answer = { kind: 'loaded' };
    } else if (command.kind === 'unload') {
      await unload();
      answer = { kind: 'unloaded' };
    } else if (command.kind === 'draw') {
      const { engine, facts } = theModel();
      const drawings = draw(command.request, engine, facts);
      answer = { kind: 'drawn', drawings };
      transfer.push(...drawings.map(({ picture }) => picture.buffer));
    } else {
      answer = { kind: 'scored', results: score(command.requests) };
    }
  } catch (thrown) {
    const error = asError(thrown);
    const code = error instanceof UserError ? error.code : undefined;
    answer = { kind: 'failed', code, message: error.message };
  }
  parentPort?.postMessage(answer, transfer);
});
