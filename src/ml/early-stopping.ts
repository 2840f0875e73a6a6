// When to stop before the last epoch.

export type EarlyStopping = 'none' | 'patience' | 'prechelt';

/** Losses of one epoch. `validation` is the training loss where there is no validation set. */
export interface EpochLosses {
  training: number;
  validation: number;
}

export interface StoppingRule {
  /** Takes the losses of one more epoch and says whether to stop after it. */
  shouldStop(losses: EpochLosses): boolean;
}

/** Stops after `patience` epochs without a validation loss below the best. */
export class Patience implements StoppingRule {
  private best = Number.POSITIVE_INFINITY;
  private waited = 0;
  constructor(private readonly patience: number) {}

  shouldStop({ validation }: EpochLosses): boolean {
    if (validation < this.best) {
      this.best = validation;
      this.waited = 0;
    } else this.waited++;
    return this.waited >= this.patience;
  }
}

/**
 * L. Prechelt, "Early Stopping – But When?" (1997), in the form of the one-class dog-bark system: with
 * GL(t) = 100·(E_va/E_opt − 1) and P_κ(t) = 1000·(mean(E_tr over the last κ epochs)/min(same) − 1), stop when GL > α
 * and P_κ < 100, or when the mean training error of the strip is below 1.1 times its minimum.
 */
export class Prechelt implements StoppingRule {
  private readonly training: number[] = [];
  private optimum = Number.POSITIVE_INFINITY;
  constructor(
    private readonly alpha = 30,
    private readonly strip = 5,
  ) {}

  shouldStop({ training, validation }: EpochLosses): boolean {
    this.training.push(training);
    this.optimum = Math.min(this.optimum, validation);
    if (this.training.length <= this.strip) return false;
    const last = this.training.slice(-this.strip);
    const mean = last.reduce((sum, value) => sum + value, 0) / last.length;
    const least = Math.min(...last);
    const generalizationLoss = 100 * (validation / this.optimum - 1);
    const progress = 1000 * (mean / least - 1);
    return (generalizationLoss > this.alpha && progress < 100) || mean < 1.1 * least;
  }
}

const PATIENCE = 10;

export function stoppingRule(kind: EarlyStopping): StoppingRule {
  if (kind === 'patience') return new Patience(PATIENCE);
  if (kind === 'prechelt') return new Prechelt();
  return { shouldStop: () => false };
}
