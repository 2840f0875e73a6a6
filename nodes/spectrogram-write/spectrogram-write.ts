// spectrogram-write: keeps spectrograms in a folder, like the sounds they were made of, and passes them on.
import type { NodeAPI, NodeDef } from 'node-red';
import { type Message, readSpectrogramInTurns, type SpectrogramInfo } from '../../src/messages';
import { featureName, writeFeature } from '../../src/store/spectrogram-file';
import { resolveFolder } from '../shared/folders';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Shell } from '../shared/shell';
import { StatusPace } from '../shared/status-pace';
import { writeInOrder } from '../shared/writing';
import { fields } from './fields';

interface Config {
  folder: string;
}

/** Spectrograms that may wait for a slow disk. */
const QUEUE = { jobs: 256, bytes: 128 * 2 ** 20 };

function start({ config, status }: Shell<Config>): Handlers {
  let written = 0;
  const pace = new StatusPace();

  async function write(msg: Message, values: Float32Array, spectrogram: SpectrogramInfo): Promise<void> {
    const { audio, label, filename } = msg;
    msg.spectrogramFile = await writeFeature(config.folder, featureName(msg), values, {
      ...{ spectrogram, audio, label, filename },
    });
    written++;
    if (pace.isDue(Boolean(msg.complete))) status.ok(`${written} saved`);
  }

  return writeInOrder(QUEUE, 'spectrogram', async msg => {
    const { values, info } = await readSpectrogramInTurns(msg);
    return () => write(msg, values, info);
  });
}

export = (RED: NodeAPI): void => {
  const read = (def: NodeDef): Config => ({ folder: resolveFolder(RED, readFields(fields, def).folder) });
  registerNode(RED, { type: 'spectrogram-write', read, start });
};
