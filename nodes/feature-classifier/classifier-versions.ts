// The newest whole version of a feature classifier on disk, kept loaded; another node or process may train it.

import type { FeatureClassifier } from '../../src/detectors/features/classifier';
import { loadClassifier } from '../../src/detectors/features/classifier-file';
import { UserError } from '../../src/errors';
import { ModelStore } from '../../src/store/model-store';

interface VersionEvents {
  warn(text: string): void;
  /** Another version is in use. */
  changed(): void;
}

export class ClassifierVersions {
  current: FeatureClassifier | undefined;
  version = 0;
  private file: string | undefined;
  private readonly store: ModelStore;
  private readonly unwatch: () => void;
  private readonly warned = new Set<string>();
  /** Versions that turned out to be damaged or of another kind. */
  private readonly useless: number[] = [];

  constructor(
    folder: string,
    name: string,
    private readonly events: VersionEvents,
  ) {
    this.store = new ModelStore(folder, name);
    this.load();
    this.unwatch = this.store.watch(() => this.refresh());
  }

  /** Looks for a new version now, without waiting for the folder's watch to tell. */
  refresh(): void {
    if (this.load()) this.events.changed();
  }

  /** Lets one trainer in; gives the lock back. @throws UserError `model-busy` */
  lock(owner: string): () => void {
    return this.store.lock(owner);
  }

  close(): void {
    this.unwatch();
  }

  /** Classifier files have some thousand bytes: read on the spot. */
  private load(): boolean {
    for (;;) {
      const options = { except: this.useless };
      const found = this.store.latest(options);
      for (const problem of found?.problems ?? this.store.problems(options)) this.warnOnce(problem);
      if (!found || found.file === this.file) return false;
      try {
        this.current = loadClassifier(found.file);
        this.version = found.metadata.version;
        this.file = found.file;
        return true;
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        this.warnOnce(thrown);
        this.useless.push(found.metadata.version);
      }
    }
  }

  private warnOnce({ message }: UserError): void {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.events.warn(message);
  }
}
