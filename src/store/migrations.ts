// Brings the metadata of model files written by older releases to the present format, one step per format version.
// A step is never changed once released; a new format adds one.
import type { JsonObject, JsonValue } from './json';

/** Turns the metadata of one format version into that of the next; must not change its argument. */
export type Migration = (metadata: JsonObject) => JsonObject;

/** What the network sees of a spectrogram: its frames were called columns until format 2. */
function inFrames(inputScale: JsonValue): JsonValue {
  const { columns, ...levels } = inputScale as JsonObject;
  return { ...levels, ...(columns !== undefined && { frames: columns }) };
}

/** `MIGRATIONS[n]` takes format version n + 1 to n + 2. */
export const MIGRATIONS: readonly Migration[] = [
  // 1 → 2: the prior became a choice. Until then it was the standard normal distribution.
  metadata => ({ ...metadata, architecture: { ...(metadata.architecture as JsonObject), prior: { kind: 'normal' } } }),
  // 2 → 3: several detectors can share a file. Until then it held one, of three kinds.
  ({ architecture, training, frontEnd, scores, ...rest }): JsonObject => {
    const { classifier, kind, ...layers } = architecture as JsonObject;
    if (classifier === 'rl-kl') return { ...rest, frontEnd, scores, detectors: { 'rl-kl': { ...layers, training } } };
    if (kind === 'feature-classifier') {
      const { labels, ...shape } = layers;
      const { features, ...norm } = frontEnd as JsonObject;
      const facts = { shape, labels, features, norm, evaluation: scores, training };
      return { ...rest, frontEnd: {}, scores: {}, detectors: { features: facts } };
    }
    const { inputScale, ...settings } = frontEnd as JsonObject;
    const facts = { architecture, training, ...(inputScale !== undefined && { inputScale: inFrames(inputScale) }) };
    return { ...rest, frontEnd: settings, scores, detectors: { vae: facts } };
  },
];

/** From this version on a tensor's name says whose it is. */
const PREFIXED_SINCE = 3;

/**
 * A tensor's name in the present format.
 * @param formatVersion of the file
 * @param metadata migrated
 */
export function migrateTensorName(
  name: string,
  formatVersion: number,
  { detectors }: { detectors: Readonly<Record<string, unknown>> },
): string {
  if (formatVersion >= PREFIXED_SINCE) return name;
  return `${Object.keys(detectors)[0]}.${name}`;
}

/**
 * Applies, in order, the steps from the metadata's own `formatVersion` to `target`.
 * @throws RangeError where a step is missing, which is a defect
 */
export function migrateMetadata(
  metadata: JsonObject,
  target: number,
  migrations: readonly Migration[] = MIGRATIONS,
): JsonObject {
  let migrated = metadata;
  for (let version = Number(metadata.formatVersion); version < target; version++) {
    const step = migrations[version - 1];
    if (!step) throw new RangeError(`no migration from format version ${version}`);
    migrated = { ...step(migrated), formatVersion: version + 1 };
  }
  return migrated;
}
