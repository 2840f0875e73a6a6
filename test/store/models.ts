// Small models for the tests of the store.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ModelDescription } from '#src/store/model-file';
import type { Tensor } from '#src/store/safetensors';

export const TENSORS: Record<string, Tensor> = {
  'encoder.conv1.weight': { shape: [2, 1, 3, 3], data: Float32Array.from({ length: 18 }, (_, i) => i / 7 - 1) },
  'encoder.conv1.bias': { shape: [2], data: Float32Array.of(-0.5, 3.25e-7) },
  'scale.min': { shape: [], data: Float32Array.of(-80.25) },
};

export function description(changes: Partial<ModelDescription> = {}): ModelDescription {
  return {
    packageVersion: '0.1.0',
    name: 'boiler',
    version: 1,
    createdAt: '2026-11-21T14:03:12.000Z',
    frontEnd: { shape: [128, 128], sampleRate: 16000, scale: 'mel' },
    scores: { rl: { count: 3, mean: 0.02, std: 0.01, min: 0.01, max: 0.03, values: [0.01, 0.02, 0.03] } },
    detectors: { vae: { architecture: { preset: 'compact', filters: [16, 32] }, training: { epochs: 20 } } },
    ...changes,
  };
}

/** Changes the header's JSON of a model file as someone with an editor would, both checksums made to fit again. */
export function rewriteHeader(file: string, change: (header: Record<string, never>) => void): void {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  change(header);
  const metadata = header.__metadata__;
  const encode = () => {
    const json = JSON.stringify(header);
    return json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 - Buffer.byteLength(json) + json.length);
  };
  if (metadata?.headerChecksum) {
    metadata.headerChecksum = '0'.repeat(64);
    metadata.headerChecksum = createHash('sha256').update(encode()).digest('hex');
  }
  const json = Buffer.from(encode());
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([head, json, bytes.subarray(8 + length)]));
}
