// Where the threads of one network wait for each other.

const COUNT = 0;
const GENERATION = 1;
/** Looks at the flag this often before sleeping: most waits are shorter than a trip through the kernel. */
const SPINS = 2000;

/** A barrier for `parties` threads over two shared integers. */
export class Barrier {
  /** @param state two integers, zero at the start */
  constructor(
    private readonly state: Int32Array,
    private readonly parties: number,
  ) {}

  /** Returns when all parties have called it. Blocks: never call it on Node-RED's own thread. */
  wait(): void {
    if (this.parties === 1) return;
    const { state } = this;
    const generation = Atomics.load(state, GENERATION);
    if (Atomics.add(state, COUNT, 1) === this.parties - 1) {
      Atomics.store(state, COUNT, 0);
      Atomics.add(state, GENERATION, 1);
      Atomics.notify(state, GENERATION);
      return;
    }
    for (let i = 0; i < SPINS; i++) if (Atomics.load(state, GENERATION) !== generation) return;
    while (Atomics.load(state, GENERATION) === generation) Atomics.wait(state, GENERATION, generation, 1000);
  }
}
