// One model version as a file for other programs: chooses the format, writes it so that it appears whole or not at all.

import type { InputScale } from '../detectors/vae/input-scale';
import type { Architecture } from '../engine/architecture';
import { UserError } from '../errors';
import { writeAtomically } from '../files/atomic-file';
import { writeAdvice } from '../files/write-advice';
import type { FrontEnd } from '../messages';
import type { OpenModel } from '../store/model-file';
import { Cancelled } from '../threads/cancelled';
import { describeExport } from './description';
import type { ExportSource } from './network';
import { onnxFile } from './onnx';
import { bytesIn, type ExportedFile, Output, type Port, writePieces } from './pieces';
import { safetensorsFile } from './safetensors';
import { tfliteFile } from './tflite';
import { Weights } from './weights';

export type ExportFormat = 'tflite' | 'onnx' | 'safetensors';

const FILES: Record<ExportFormat, (source: ExportSource) => ExportedFile> = {
  tflite: tfliteFile,
  onnx: onnxFile,
  safetensors: safetensorsFile,
};

/** What offsets of 32 bits with a sign reach: protocol buffers and FlatBuffers end there. */
const MOST_BYTES = 2 ** 31 - 1;

/** A model file and what was read from its metadata. */
export interface ExportOrder {
  model: OpenModel;
  architecture: Architecture;
  frontEnd: FrontEnd;
  scale: InputScale;
  format: ExportFormat;
  /** Where to. An older file there is replaced. */
  file: string;
}

/**
 * Writes the file. Synchronous: for worker threads.
 * @param onProgress hears which part is written, 0 … 1
 * @param cancelled asked before each write
 * @returns what was written
 * @throws UserError `export-not-saved`, `export-too-large`; Cancelled
 */
export function exportModel(
  { model, architecture, frontEnd, scale, format, file }: ExportOrder,
  onProgress: (part: number) => void,
  cancelled: () => boolean,
): Pick<ExportedFile, 'input' | 'outputs'> & { bytes: number } {
  const description = describeExport(model.metadata, frontEnd, scale);
  const weights = new Weights(model);
  expectSize(format, weights.bytes);
  const source = { architecture, shape: frontEnd.shape, scale, weights, description };
  const { pieces, input, outputs } = FILES[format](source);
  const bytes = pieces.reduce((sum, piece) => sum + bytesIn(piece), 0);
  expectSize(format, bytes);
  const write = (fd: number): void => {
    writePieces(pieces, new Output(fd, written => onProgress(written / bytes), cancelled));
  };
  writeAtomically(file, write, notSaved);
  return { bytes, input: input && plain(input), outputs: outputs?.map(plain) };
}

/** Without what a graph keeps beside: it goes to another thread. */
const plain = ({ name, shape }: Port): Port => ({ name, shape });

function expectSize(format: ExportFormat, bytes: number): void {
  if (format === 'safetensors' || bytes <= MOST_BYTES) return;
  throw new UserError(
    'export-too-large',
    `The model has ${(bytes / 1e9).toFixed(1)} GB; a ${format} file holds at most 2.1 GB. Export it as safetensors, or train a smaller network.`,
  );
}

function notSaved(file: string, thrown: unknown): unknown {
  if (thrown instanceof UserError || thrown instanceof Cancelled) return thrown;
  const { message } = thrown as Error;
  return new UserError(
    'export-not-saved',
    `The export ${file} was not written: ${message}. ${writeAdvice(thrown)}, then export again.`,
    { cause: thrown },
  );
}
