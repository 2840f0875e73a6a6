// spectrogram-read: the spectrograms that spectrogram-write kept, as messages, one pass for each message that comes in.
import type { NodeAPI, NodeDef } from 'node-red';
import { bufferOf, type Message } from '../../src/messages';
import type { SpectrogramSelection, StoredSpectrogram } from '../../src/store/spectrogram-pass';
import { spectrogramPassTask } from '../../src/tasks/spectrogram-pass';
import { type FolderPass, FolderPlayer, type PassResult, summaryOf } from '../shared/folder-player';
import { resolveFolder } from '../shared/folders';
import { isStop, PassQueue } from '../shared/pass-queue';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Shell } from '../shared/shell';
import { fields } from './fields';

function read(def: NodeDef, RED: NodeAPI): SpectrogramSelection {
  const { folder, recursive, onlyLabels } = readFields(fields, def);
  return { folder: resolveFolder(RED, folder), recursive, onlyLabels };
}

/** A spectrogram as a message, as the spectrogram node sent it. */
function messageOf({ file, values, description }: StoredSpectrogram): Message {
  const { spectrogram, audio, label, filename } = description;
  return {
    ...{ payload: bufferOf(values), spectrogram, spectrogramFile: file, filename: filename ?? file },
    ...(audio && { audio }),
    ...(label !== undefined && { label }),
  };
}

function passOf(options: SpectrogramSelection): FolderPass<StoredSpectrogram> {
  return {
    folder: options.folder,
    things: 'spectrograms',
    reader: spectrogramPassTask.open(options),
    message: messageOf,
  };
}

function start({ RED, node, config, status }: Shell<SpectrogramSelection>): Handlers {
  const player = new FolderPlayer<StoredSpectrogram>(RED, {
    progress: text => status.busy(text),
    problem: text => node.warn(text),
  });
  const queue = new PassQueue(() => player.stop());
  const summarise = (result: PassResult): void => {
    const text = summaryOf(result);
    if (result.stopped) status.idle(text);
    else if (result.skipped.length > 0) status.warn(text);
    else status.ok(text);
  };
  return {
    async input(msg, send) {
      if (isStop(msg)) return queue.stop();
      const { payload } = msg;
      const folder = typeof payload === 'string' && payload.trim() ? resolveFolder(RED, payload.trim()) : config.folder;
      await queue.run(async () => summarise(await player.play(passOf({ ...config, folder }), msg, send, true)));
    },
    close: () => queue.stop(),
  };
}

export = (RED: NodeAPI): void => registerNode(RED, { type: 'spectrogram-read', read, start });
