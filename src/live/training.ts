// How a training stands, as it is told to those who look.
import type { TrainingProgress } from '../detectors/vae/train';

export interface CurvePoint {
  epoch: number;
  loss: number;
  rl: number;
  kl: number;
  valLoss?: number;
}

export interface Training {
  /** The node that collects or trains. */
  trainer: string;
  phase: 'waiting' | 'collecting' | TrainingProgress['phase'] | 'done' | 'cancelled' | 'failed';
  /** Segments collected, and how many are wanted (0: until a pass is complete). */
  collected: number;
  wanted: number;
  /** Someone asked for this recording; without, segments are collected as they come. */
  asked: boolean;
  epoch: number;
  epochs: number;
  secondsLeft: number;
  /** What went wrong, in words. */
  problem?: string;
}

const WORKING: readonly Training['phase'][] = ['preparing', 'training', 'scoring', 'saving'];

/** Whether a trainer trains just now. */
export const isTraining = (training: Training | null | undefined): boolean =>
  WORKING.some(phase => phase === training?.phase);

/** Whether it records what it was asked to train on. */
export const isRecording = (training: Training | null | undefined): boolean =>
  training?.phase === 'collecting' && training.asked;
