// When to stop before the last epoch.

export type EarlyStopping = 'none' | 'patience' | 'prechelt';

/** Losses of one epoch. `validation` is the training loss where there is no validation set. */
export interface EpochLosses {
  training: number;
  validation: number;
}

export interface StoppingRule {
  /** Takes the validation loss of the untrained network, where the rule looks at it. */
  begin?(validation: number): void;
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
 * L. Prechelt, "Early Stopping – But When?" (1997), in the form of the one-class dog-bark system. With the generalisation
 * loss GL(t) = 100·(E_va/E_opt − 1), E_opt the lowest validation loss so far, the untrained network's included, and the
 * training progress P_κ(t) = 1000·(mean/min − 1) of the training losses of the last κ epochs, it stops when GL > α while
 * P_κ < 100, or when the mean of those losses is below 1.1 times their minimum.
 *
 * The second is the same as P_κ < 100, so it alone decides; both stand here because the source has both. Prechelt's own
 * rules wait for GL, or for GL/P, and end a training that still gets on but no longer generalises.
 */
export class Prechelt implements StoppingRule {
  /** GL of the last epoch, %. */
  generalizationLoss = 0;
  /** P_κ of the last epoch, ‰; infinite before there are κ epochs. */
  progress = Number.POSITIVE_INFINITY;
  private readonly strip: number[] = [];
  private optimum = Number.POSITIVE_INFINITY;

  constructor(
    private readonly alpha = 30,
    private readonly kappa = 5,
  ) {}

  begin(validation: number): void {
    this.optimum = validation;
  }

  shouldStop({ training, validation }: EpochLosses): boolean {
    this.optimum = Math.min(this.optimum, validation);
    this.generalizationLoss = 100 * (validation / this.optimum - 1);
    this.strip.push(training);
    if (this.strip.length > this.kappa) this.strip.shift();
    if (this.strip.length < this.kappa) return false;
    const mean = this.strip.reduce((sum, value) => sum + value, 0) / this.kappa;
    const least = Math.min(...this.strip);
    this.progress = 1000 * (mean / least - 1);
    return (this.generalizationLoss > this.alpha && this.progress < 100) || mean < 1.1 * least;
  }
}

const PATIENCE = 10;

export function stoppingRule(kind: EarlyStopping): StoppingRule {
  if (kind === 'patience') return new Patience(PATIENCE);
  if (kind === 'prechelt') return new Prechelt();
  return { shouldStop: () => false };
}
