// Scoring with a model, and drawing with it, in threads of the pool: what a thread does with one order. Queues and the
// life of a model's weights are the business of scoring-service.ts.

import type { Drawing, DrawingRequest } from '../detectors/drawing';
import type { LoadedModel, Segment, SegmentScore } from '../detectors/model';
import { openContents } from '../detectors/open-model';
import { registerDetectors } from '../detectors/registry';
import { SharedEngines } from '../detectors/vae/shared-engines';
import type { EngineSettings } from '../engine/compute-engine';
import { UserError } from '../errors';
import { readModelFile } from '../store/model-file';
import type { ModelId } from '../store/model-id';
import { ShortTask } from '../threads/short-task';
import { type ModelContents, sharedContents } from './model-memory';

/** Which model; `contents` where the thread may not have it yet and somebody else has read it. */
export interface ModelOrder extends ModelId {
  /** One model, as long as it is in use. */
  key: string;
  engine?: EngineSettings;
  /** Of detectors that are not the package's own. */
  modules: readonly string[];
  contents?: ModelContents;
}

export type ScoringOrder =
  | { kind: 'score'; model: ModelOrder; segments: Segment[] }
  | { kind: 'draw'; model: ModelOrder; request: DrawingRequest }
  /** The model is not used any more, or not kept. */
  | { kind: 'forget'; key: string };

export interface ScoringAnswer {
  /** What was read from the file, where nobody had before. */
  contents?: ModelContents;
  scores: SegmentScore[];
  drawings: Drawing[];
}

/** What the engines of one thread may take; one it may have whatever its size. */
const ENGINE_BYTES = 256 * 2 ** 20;

function memoryOf({ scores, drawings }: ScoringAnswer): ArrayBuffer[] {
  const errors = scores.flatMap(({ explanation }) => (explanation ? [explanation.error.buffer as ArrayBuffer] : []));
  return [...errors, ...drawings.map(({ spectrogram }) => spectrogram.buffer)];
}

/** With what `openModel` and the models' own work throw. */
export const scoringTask = new ShortTask<ScoringOrder, ScoringAnswer>({
  file: __filename,
  name: 'scoringTask',
  what: 'scores',
  memoryOf,
  async load() {
    const engines = new SharedEngines();
    const models = new Map<string, LoadedModel>();

    function open({ key, file, checksum, engine, modules, contents }: ModelOrder): ModelContents | undefined {
      if (models.has(key)) return undefined;
      registerDetectors(modules);
      let read: ModelContents | undefined;
      if (!contents) {
        const { tensors, metadata } = readModelFile(file);
        if (metadata.headerChecksum !== checksum) throw replaced(file);
        read = sharedContents(tensors, metadata);
      }
      models.set(key, openContents(file, (contents ?? read) as ModelContents, engines, engine));
      return read;
    }

    async function makeRoom(): Promise<void> {
      while (engines.bytes > ENGINE_BYTES && engines.count > 1) await engines.closeOldest();
    }

    return async order => {
      const answer: ScoringAnswer = { scores: [], drawings: [] };
      if (order.kind === 'forget') {
        await models.get(order.key)?.close();
        models.delete(order.key);
        return answer;
      }
      answer.contents = open(order.model);
      const model = models.get(order.model.key) as LoadedModel;
      if (order.kind === 'score') answer.scores = await model.score(order.segments);
      else answer.drawings = await model.draw(order.request);
      await makeRoom();
      return answer;
    };
  },
});

const replaced = (file: string): UserError =>
  new UserError(
    'model-unreadable',
    `The model file ${file} cannot be read: another model has taken its place meanwhile. Score again with that one.`,
  );
