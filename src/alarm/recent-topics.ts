// State per topic, bounded: a flow that invents topics must not fill the memory.

/** A map that forgets what was used longest ago once it is full, and counts how often that happened. */
export class RecentTopics<T> {
  private readonly states = new Map<string, T>();
  private forgotten = 0;

  constructor(readonly limit: number) {}

  get size(): number {
    return this.states.size;
  }

  /** Topics that had to make room for others. */
  get dropped(): number {
    return this.forgotten;
  }

  /** Also makes the topic the most recently used one. */
  get(topic: string): T | undefined {
    const state = this.states.get(topic);
    if (state !== undefined) {
      this.states.delete(topic);
      this.states.set(topic, state);
    }
    return state;
  }

  set(topic: string, state: T): void {
    this.states.delete(topic);
    this.states.set(topic, state);
    if (this.states.size <= this.limit) return;
    const [oldest] = this.states.keys();
    this.states.delete(oldest);
    this.forgotten++;
  }

  values(): IterableIterator<T> {
    return this.states.values();
  }

  delete(topic: string): void {
    this.states.delete(topic);
  }

  clear(): void {
    this.states.clear();
  }
}
