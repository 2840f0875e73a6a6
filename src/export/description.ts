// What an exported file says about itself, the same in every format: what to feed it, and what its scores mean.

import { kindsOf } from '../detectors/score-kinds';
import type { InputScale } from '../detectors/vae/input-scale';
import type { FrontEnd } from '../messages';
import type { JsonObject, JsonValue } from '../store/json';
import type { ModelMetadata } from '../store/model-file';
import { PACKAGE_VERSION } from '../version';

/** The keys are described in docs/export.md. */
export function describeExport(
  { name, version, createdAt, scores, detectors: { vae } }: ModelMetadata,
  frontEnd: FrontEnd,
  scale: InputScale,
): JsonObject {
  const melBands = frontEnd.scale === 'mel' ? { melBands: frontEnd.shape[0] } : {};
  return {
    producer: `Earshot ${PACKAGE_VERSION}`,
    name,
    version,
    createdAt,
    frontEnd: plain({ ...frontEnd, ...melBands }),
    inputScale: plain(scale),
    // Other detectors of the model are not exported.
    scores: Object.fromEntries(kindsOf('vae').map(kind => [kind, scores[kind]])),
    architecture: vae.architecture,
    training: vae.training,
  };
}

const plain = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** For formats that know only text: texts as they are, everything else as JSON. */
export function describedAsText(description: JsonObject): Record<string, string> {
  const text = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(description).map(([key, value]) => [key, text(value)]));
}
