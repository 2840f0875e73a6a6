// The worker thread of one audio model: holds its weights, scores spectrograms, draws explanations and spectrograms of
// its own.
import { parentPort } from 'node:worker_threads';
import { explanationPicture } from '../charts/heatmap';
import type { LoadedModel, SegmentScore } from '../detectors/model';
import { openModel } from '../detectors/open-model';
import { SharedEngines } from '../detectors/vae/shared-engines';
import { asError, UserError } from '../errors';
import { bufferOf } from '../messages';
import type { ScoringAnswer, ScoringCommand, ScoringRequest, ScoringResult } from './scoring-service';

const engines = new SharedEngines();
let loaded: LoadedModel | undefined;

async function unload(): Promise<void> {
  loaded?.close();
  loaded = undefined;
  await engines.close();
}

/** @throws Error where no model is loaded, which is asked for before */
function theModel(): LoadedModel {
  if (!loaded) throw new Error('no model is loaded');
  return loaded;
}

async function score(requests: ScoringRequest[]): Promise<ScoringResult[]> {
  const scored = await theModel().score(requests);
  return scored.map((result, i) => ({ ...result, explanation: illustrated(requests[i], result) }));
}

function illustrated(
  { values, info, audio }: ScoringRequest,
  { explanation }: SegmentScore,
): ScoringResult['explanation'] {
  if (!explanation) return undefined;
  const { error, peak, text } = explanation;
  const picture = explanationPicture(values, error, info, audio);
  return { error: bufferOf(error), picture, peak, text, shape: info.shape };
}

parentPort?.on('message', async (command: ScoringCommand) => {
  let answer: ScoringAnswer;
  const transfer: ArrayBuffer[] = [];
  try {
    if (command.kind === 'load') {
      await unload();
      loaded = openModel(command.file, engines, command.engine);
      answer = { kind: 'loaded' };
    } else if (command.kind === 'unload') {
      await unload();
      answer = { kind: 'unloaded' };
    } else if (command.kind === 'draw') {
      const drawings = await theModel().draw(command.request);
      answer = { kind: 'drawn', drawings };
      transfer.push(...drawings.map(({ picture }) => picture.buffer));
    } else {
      answer = { kind: 'scored', results: await score(command.requests) };
    }
  } catch (thrown) {
    const error = asError(thrown);
    const code = error instanceof UserError ? error.code : undefined;
    answer = { kind: 'failed', code, message: error.message };
  }
  parentPort?.postMessage(answer, transfer);
});
