// The detectors that there are. One of the package's own is a line here, its kinds of score are lines in score-kinds.ts;
// others come in as modules, by their path, which travels to every thread that fits or scores.
import type { SegmentDetector } from './detector';
import { addScoreKinds, removeScoreKinds, type ScoreKind } from './score-kinds';
import { vae } from './vae/detector';

/** All that learn what is normal from spectrograms, in the order in which they are fitted. */
const SEGMENT_DETECTORS: SegmentDetector[] = [vae as SegmentDetector];

/** What a module of a detector exports. */
export interface DetectorModule {
  detector: SegmentDetector;
  scoreKinds: readonly ScoreKind[];
}

const modules: string[] = [];

/** The modules beside the package's own detectors; a thread is told of them with its work. */
export const detectorModules = (): string[] => [...modules];

/**
 * Makes detectors known that are not the package's own, in this thread; again does no harm.
 * @param paths absolute, each of a CommonJS module that exports a `DetectorModule`
 * @returns forgets those that were not known before
 */
export function registerDetectors(paths: readonly string[]): () => void {
  const added = paths.filter(path => !modules.includes(path));
  const loaded = added.map(path => require(path) as DetectorModule);
  modules.push(...added);
  for (const { detector, scoreKinds } of loaded) {
    SEGMENT_DETECTORS.push(detector);
    addScoreKinds(scoreKinds);
  }
  return () => {
    for (const path of added) modules.splice(modules.indexOf(path), 1);
    for (const { detector, scoreKinds } of loaded) {
      SEGMENT_DETECTORS.splice(SEGMENT_DETECTORS.indexOf(detector), 1);
      removeScoreKinds(scoreKinds);
    }
  };
}

export const segmentDetectors = (): readonly SegmentDetector[] => SEGMENT_DETECTORS;
