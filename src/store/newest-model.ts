// The newest whole version of a model, kept at hand while others train, remove and restore versions. What is taken
// from a file is its user's business.
import { UserError } from '../errors';
import { isSameModel, type ModelId } from './model-id';
import type { LatestModel, ModelStore } from './model-store';

export interface ModelUser<Content> {
  /**
   * Takes from a file what is needed of it, on the spot.
   * @throws UserError where it is of no use; the version before it is taken then
   */
  load(found: LatestModel): Content;
  /** A version is passed over; told once about each. */
  warn(text: string): void;
  /** Another model is in use than before. */
  changed(): void;
}

export class NewestModel<Content> {
  private found: { model: LatestModel; content: Content } | undefined;
  /** What turned out to be of no use after its header had been read. */
  private readonly useless: ModelId[] = [];
  private readonly warned = new Set<string>();
  private readonly unwatch: () => void;

  constructor(
    private readonly store: ModelStore,
    private readonly user: ModelUser<Content>,
  ) {
    this.look();
    this.unwatch = store.watch(() => {
      // A file may have been replaced by a good copy of itself.
      this.useless.length = 0;
      this.refresh();
    });
  }

  /** Undefined before the first training. */
  get current(): Content | undefined {
    return this.found?.content;
  }

  /** Looks for a new version now, without waiting for the folder's watch to tell. */
  refresh(): void {
    if (this.look()) this.user.changed();
  }

  /** The model in use turned out to be of no use: the one before it takes its place, if there is one. */
  passOver(problem: UserError): void {
    if (!this.found) return;
    this.useless.push(this.found.model);
    this.found = undefined;
    this.warnOnce(problem);
    this.refresh();
  }

  close(): void {
    this.unwatch();
  }

  /** Whether another model is in use now. A model that is gone with nothing in its place stays in use. */
  private look(): boolean {
    for (;;) {
      const options = { except: this.useless };
      const model = this.store.latest(options);
      for (const problem of model?.problems ?? this.store.problems(options)) this.warnOnce(problem);
      if (!model || isSameModel(model, this.found?.model)) return false;
      try {
        this.found = { model, content: this.user.load(model) };
        return true;
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        this.warnOnce(thrown);
        this.useless.push(model);
      }
    }
  }

  private warnOnce({ message }: UserError): void {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    const version = this.found?.model.metadata.version;
    this.user.warn(`${message} ${version ? `Version ${version} stays in use.` : 'The last good version is used.'}`);
  }
}
