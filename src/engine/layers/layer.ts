// What the network strings together. Every thread has its own object of each layer; where a layer needs the whole batch
// of the one before, the network has the threads wait for each other in between.
import type { Batch } from '../context';

export interface Layer {
  /** From the layer's input to its output, for this thread's examples or its range of the output. */
  forward(batch: Batch): void;
  /** From the gradient of the output to those of the parameters, added up, and of the input. */
  backward(batch: Batch): void;
}
