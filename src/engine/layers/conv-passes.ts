// The three passes over a convolution between a fine and a coarse grid. What is forward for a layer that goes down is
// backward for one that goes up. Two ways to compute them: direct-conv.ts and winograd-conv.ts.

/** Which passes a layer needs: its own direction, and in training all. */
export type Pass = 'down' | 'up' | 'gradient';

/** A pass from one grid to the other. */
export interface Transfer {
  /** Addresses of [batch][grid]. */
  input: number;
  output: number;
  /** Address, or 0 for none. */
  bias: number;
  /** LINEAR or RELU, see kernels/contract.ts. */
  activation: number;
  /** This thread's examples: from … to − 1. */
  from: number;
  to: number;
}

export interface ConvPasses {
  /** Brings the weights into the order in which the kernels read them; each thread does its share of the panels. */
  pack(): void;
  down(transfer: Transfer): void;
  up(transfer: Transfer): void;
  /** The gradient of the weights, added to what is there; addresses of both grids' [batch][grid]. */
  filterGradient(fine: number, coarse: number, from: number, to: number): void;
}

/** A thread's share of the panels of packed weights. */
export const shareOfPanels = (panels: number, thread: number, threads: number): [number, number] => [
  Math.floor((panels * thread) / threads),
  Math.floor((panels * (thread + 1)) / threads),
];
