// The audio-model config node: one named model with its versions on disk, the newest whole one in use, and the worker
// that scores with it. Trainers and scorers point here.
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { modelFacts } from '../../src/detectors/vae/model-description';
import type { EngineSettings } from '../../src/engine/compute-engine';
import { engineProblem } from '../../src/engine/create-engine';
import { UserError } from '../../src/errors';
import { isSameModel } from '../../src/store/model-id';
import { type LatestModel, ModelStore } from '../../src/store/model-store';
import { NewestModel } from '../../src/store/newest-model';
import { ScoringService } from '../../src/tasks/scoring-service';
import type { AudioModel, ModelSummary } from '../shared/audio-model-node';
import { resolveFolder, userDirectory } from '../shared/folders';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Shell } from '../shared/shell';
import { threadsOf } from '../vae-train/planned-training';
import { fields } from './fields';

interface Config {
  name: string;
  /** Where all models live. */
  folder: string;
  /** Threads for training. */
  threads: number;
  engine: EngineSettings;
}

/** A file that these codes name is passed over for the version before it. */
const UNUSABLE = new Set(['model-damaged', 'model-newer-format', 'model-unreadable']);

function read(def: NodeDef, RED: NodeAPI): Config {
  const { name, folder, threads, engine } = readFields(fields, def);
  return {
    name,
    folder: resolveFolder(RED, folder),
    threads: threadsOf(threads),
    engine: { choice: engine, folders: [userDirectory(RED)] },
  };
}

class ModelKeeper implements Handlers {
  private readonly store: ModelStore;
  private readonly service: ScoringService;
  private readonly listeners = new Set<(summary: ModelSummary) => void>();
  private readonly newest: NewestModel<ModelSummary>;

  constructor(private readonly shell: Shell<Config>) {
    const { config, node } = shell;
    this.store = new ModelStore(config.folder, config.name);
    this.service = new ScoringService(config.engine);
    const problem = engineProblem(config.engine);
    if (problem) node.warn(problem.message);
    this.newest = new NewestModel(this.store, {
      load: found => this.summaryOf(found),
      warn: text => node.warn(text),
      changed: () => this.tellListeners(),
    });
    const api: Omit<AudioModel, keyof Node> = {
      modelName: config.name,
      folder: config.folder,
      threads: config.threads,
      engine: config.engine,
      engineProblem: () => engineProblem(config.engine),
      store: this.store,
      summary: () => this.newest.current,
      onVersion: listener => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
      refresh: () => this.newest.refresh(),
      score: async request => {
        const { model, result } = await this.withModel(() => this.service.score(request));
        return { ...result, model };
      },
      draw: async request => {
        const { model, result } = await this.withModel(() => this.service.draw(request));
        return { drawings: result, model };
      },
      droppedSegments: () => this.service.dropped,
    };
    Object.assign(node, api);
  }

  async close(): Promise<void> {
    this.newest.close();
    this.listeners.clear();
    await this.service.close();
  }

  private summaryOf({ file, checksum, metadata }: LatestModel): ModelSummary {
    const { name, version, frontEnd, scale, scores } = modelFacts(file, metadata);
    const { frames } = scale;
    return { id: this.shell.node.id, name, version, file, checksum, frontEnd, frames, scores };
  }

  private tellListeners(): void {
    const { current } = this.newest;
    if (current) for (const listener of this.listeners) listener(current);
  }

  /** Has the newest whole version work, and says which that was. */
  private async withModel<Result>(work: () => Promise<Result>): Promise<{ result: Result; model: ModelSummary }> {
    for (;;) {
      const model = this.newest.current;
      if (!model) {
        const { name } = this.shell.config;
        throw new UserError(
          'not-trained',
          `model "${name}" has not been trained yet; train it with a vae-train node first.`,
        );
      }
      this.service.use(model);
      try {
        return { result: await work(), model };
      } catch (thrown) {
        if (!(thrown instanceof UserError && UNUSABLE.has(thrown.code))) throw thrown;
        this.replace(model, thrown);
      }
    }
  }

  /** @throws the problem where there is nothing in the model's place */
  private replace(model: ModelSummary, problem: UserError): void {
    this.newest.refresh();
    if (isSameModel(this.newest.current, model)) this.newest.passOver(problem);
    if (!this.newest.current) throw problem;
  }
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, { type: 'audio-model', read, start: shell => new ModelKeeper(shell) });
};
