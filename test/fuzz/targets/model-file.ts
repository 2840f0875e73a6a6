// Model files: bytes changed anywhere, and descriptions with hostile values whose checksums are right, so that what is
// behind the checksums sees them. Each is opened as scoring and classifying nodes do.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { loadClassifier } from '#src/detectors/features/classifier-file';
import { openContents } from '#src/detectors/open-model';
import { loadRlKl } from '#src/detectors/rl-kl/rl-kl-file';
import { modelFacts } from '#src/detectors/vae/model-description';
import { SharedEngines } from '#src/detectors/vae/shared-engines';
import { readModelFile, readModelMetadata, verifyModelFile, writeModelFile } from '#src/store/model-file';
import { tempFolder } from '../../support/temp';
import { mutated, mutatedJson } from '../mutation';
import { defineTarget, expectFinite, isRefusal, type Step } from '../target';

const KINDS = ['vae', 'rl-kl', 'features'] as const;
const OLD = join(__dirname, '..', '..', 'fixtures', 'models-v2');
const folder = tempFolder('fuzz-models');
const scratch = join(folder, 'model.safetensors');

/** A model of each kind, in the format of today. */
const models = KINDS.map(kind => {
  const file = join(folder, `${kind}.safetensors`);
  const { tensors, metadata } = readModelFile(join(OLD, `${kind}.safetensors`));
  writeModelFile(file, tensors, metadata);
  return readFileSync(file);
});

interface Split {
  header: Record<string, unknown> & { __metadata__: Record<string, string> };
  data: Buffer;
}

function split(file: Buffer): Split {
  const dataStart = 8 + Number(file.readBigUInt64LE(0));
  return { header: JSON.parse(file.toString('utf8', 8, dataStart)), data: file.subarray(dataStart) };
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const isText = (value: unknown): value is string => typeof value === 'string';

/** Puts a file together again, with the checksums that it should have. */
function joined({ header, data }: { header: unknown; data: Buffer }): Buffer {
  const about = (header as { __metadata__?: Record<string, unknown> })?.__metadata__;
  const zeros = '0'.repeat(64);
  if (about && isText(about.checksum)) about.checksum = sha256(data);
  if (about && isText(about.headerChecksum)) about.headerChecksum = zeros;
  const pad = (text: string): string => text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8));
  const zeroed = pad(JSON.stringify(header));
  const text = zeroed.replace(zeros, sha256(zeroed));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text), data]);
}

/** The metadata's JSON as values, so that they can be changed in depth. */
const described = models.map(file => {
  const { header, data } = split(file);
  const about = Object.entries(header.__metadata__).map(([key, text]) => {
    const isJson = ['frontEnd', 'scores', 'detectors', 'version', 'formatVersion'].includes(key);
    return [key, isJson ? JSON.parse(text) : text] as const;
  });
  return { header: { ...header, __metadata__: Object.fromEntries(about) }, data };
});

const hostile = fc.constantFrom(...described).chain(({ header, data }) =>
  mutatedJson(header).map(changed => {
    const { __metadata__: about, ...tensors } = changed as Record<string, unknown>;
    const isMap = typeof about === 'object' && about !== null && !Array.isArray(about);
    const texts = isMap
      ? Object.fromEntries(
          Object.entries(about).map(([key, value]) => [key, isText(value) ? value : JSON.stringify(value)]),
        )
      : about;
    return joined({ header: about === undefined ? tensors : { __metadata__: texts, ...tensors }, data });
  }),
);

async function open(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
  }
}

async function openAndScore(file: string): Promise<void> {
  const content = readModelFile(file);
  const engines = new SharedEngines();
  const model = openContents(file, content, engines);
  modelFacts(file, content.metadata);
  await model.close();
}

async function take(bytes: Uint8Array, step: Step): Promise<void> {
  writeFileSync(scratch, bytes);
  await open(() => openAndScore(scratch));
  step();
  await open(() => expectFinite([loadRlKl(scratch).classifier.probability(1, 1)], 'a probability'));
  step();
  await open(() => loadClassifier(scratch));
  step();
  // Decides whether it was refused at all.
  readModelMetadata(scratch);
  verifyModelFile(scratch);
}

export const modelFile = defineTarget({
  name: 'model-file',
  inputs: fc.oneof(mutated(models), hostile),
  take,
  bytesOf: bytes => bytes,
});
