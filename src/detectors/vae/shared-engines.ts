// Engines that models share: one for each architecture, in which models of that architecture take turns. An engine
// holds the weights of the model that used it last; for another one they are swapped.
import type { Architecture } from '../../engine/architecture';
import type { ComputeEngine, EngineSettings } from '../../engine/compute-engine';
import { chooseEngine } from '../../engine/create-engine';
import { planNetwork } from '../../engine/plan';
import type { Tensor } from '../../store/safetensors';

/** Spectrograms scored in one pass, and the memory that may cost. */
const MAX_BATCH = 8;
const BATCH_BYTES = 128 * 2 ** 20;

/** Weights that fit an architecture; the object itself says whose they are. */
export interface Weights {
  readonly architecture: Architecture;
  readonly tensors: Record<string, Tensor>;
}

interface Shared {
  engine: Promise<ComputeEngine>;
  bytes: number;
  /** Whose weights it holds. */
  holds?: Weights;
  /** Who has used it and is still there. */
  users: Set<Weights>;
}

export class SharedEngines {
  /** By architecture and by what computes; the one used last stands last. */
  private readonly engines = new Map<string, Shared>();

  /** What the engines take, as planned for our own kernels. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.engines.values()) sum += bytes;
    return sum;
  }

  /** How many there are. */
  get count(): number {
    return this.engines.size;
  }

  /**
   * Has an engine that holds these weights do something. The work is synchronous, so that no other can swap the weights
   * in the middle of it.
   * @throws UserError `memory`, `tensorflow-not-installed` or `tensorflow-not-loaded`
   */
  async run<Result>(
    weights: Weights,
    settings: EngineSettings | undefined,
    work: (engine: ComputeEngine) => Result,
  ): Promise<Result> {
    const shared = this.find(weights.architecture, settings);
    shared.users.add(weights);
    const engine = await shared.engine;
    if (shared.holds !== weights) {
      shared.holds = undefined;
      engine.setParameters(weights.tensors);
      shared.holds = weights;
    }
    return work(engine);
  }

  /** Ends the engine used longest ago, to make room; undefined where there is none. It must not be working. */
  async closeOldest(): Promise<void> {
    const [oldest] = this.engines;
    if (!oldest) return;
    this.engines.delete(oldest[0]);
    await (await oldest[1].engine).close();
  }

  /** Gives all memory back; TensorFlow keeps its own until it is told, even beyond the end of the thread. */
  async close(): Promise<void> {
    while (this.engines.size > 0) await this.closeOldest();
  }

  /** Lets go of weights that are no longer needed, and ends an engine that nobody uses any more. */
  async forget(weights: Weights): Promise<void> {
    for (const [key, { users, holds, engine }] of [...this.engines]) {
      if (!users.delete(weights)) continue;
      if (holds === weights) (this.engines.get(key) as Shared).holds = undefined;
      if (users.size > 0) continue;
      this.engines.delete(key);
      await (await engine).close();
    }
  }

  private find(architecture: Architecture, settings: EngineSettings | undefined): Shared {
    const key = JSON.stringify([settings?.choice === 'tensorflow' ? 'tensorflow' : 'wasm', architecture]);
    const shared = this.engines.get(key) ?? this.create(key, architecture, settings);
    this.engines.delete(key);
    this.engines.set(key, shared);
    return shared;
  }

  private create(key: string, architecture: Architecture, settings: EngineSettings | undefined): Shared {
    const factory = chooseEngine(settings);
    const bytes = (batch: number): number => planNetwork(architecture, { batch, threads: 1, training: false }).bytes;
    const perSpectrogram = bytes(2) - bytes(1);
    const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_BYTES / perSpectrogram)));
    const shared = { engine: factory.create(architecture, { batch }), bytes: bytes(batch), users: new Set<Weights>() };
    // One that could not be made must not stay: memory may be there later.
    shared.engine.catch(() => this.engines.delete(key));
    return shared;
  }
}
