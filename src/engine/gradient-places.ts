// Where the gradients of activations lie on the way back through the network.
import type { MemoryLayout } from './memory-layout';

export interface GradientPlace {
  /** Of [batch][values of an example]. */
  address: number;
  /** Values that each example ahead of a thread's own moves the buffer up: 0 in a buffer of its own. */
  shift: number;
}

/** Such that example `from`, a thread's first one, lies at `from` times an example's values behind this. */
export const addressFor = ({ address, shift }: GradientPlace, from: number): number => address + from * shift * 4;

/**
 * Two buffers in which the gradients along a chain of layers take turns. A thread may be a layer ahead of the others, so
 * each keeps to its own corner: an example takes as much as the largest gradient of all.
 */
export class TurningBuffers {
  private readonly addresses: [number, number];

  /** @param largest values of the largest gradient, for one example */
  constructor(
    layout: MemoryLayout,
    private readonly largest: number,
  ) {
    const size = layout.options.batch * largest;
    this.addresses = [layout.trainingFloats(size), layout.trainingFloats(size)];
  }

  /** Places for gradients of so many values an example, in the order of the layers; the last has the first turn. */
  chain(volumes: readonly number[]): GradientPlace[] {
    return volumes.map((volume, i) => ({
      address: this.addresses[(volumes.length - 1 - i) % 2],
      shift: this.largest - volume,
    }));
  }
}
