// A thread that makes spectrograms of sounds for people who are choosing settings.
import { join } from 'node:path';
import type { SoundClip } from '../audio/sound-clip';
import type { FolderSelection } from '../audio/sound-folder';
import { RequestThread } from '../threads/request-thread';
import type {
  PictureOrder,
  PreviewAnswer,
  PreviewPicture,
  PreviewRequest,
  SoundFileOrder,
  SoundNames,
} from './preview-worker';

/** One question after the other: ask again only after the answer. */
export class PreviewThread {
  private readonly thread = new RequestThread<PreviewRequest, PreviewAnswer>(
    join(__dirname, 'preview-worker.js'),
    'makes previews',
    true,
  );

  /** @throws UserError `folder` */
  list(folder: FolderSelection): Promise<SoundNames> {
    return this.thread.ask({ kind: 'list', folder }, []) as Promise<SoundNames>;
  }

  /**
   * Decodes a sound, or as much of it as PREVIEW_LIMITS say.
   * @param from `bytes` go to the thread for good
   * @param sampleRate Hz to resample to; 0: its own
   * @throws UserError `no-such-sound`, `outside-folder`, `file-unreadable`, `sound-file`
   */
  open(from: SoundFileOrder, sampleRate: number): Promise<SoundClip> {
    const transfer = 'bytes' in from ? [from.bytes.buffer as ArrayBuffer] : [];
    return this.thread.ask({ kind: 'open', from, sampleRate }, transfer) as Promise<SoundClip>;
  }

  /**
   * The picture that a spectrogram node would make.
   * @param order its `pcm` lies in shared memory, so that nothing is copied
   * @throws UserError what `Spectrogram` throws; `not-finite`; `too-large`
   */
  draw(order: PictureOrder): Promise<PreviewPicture> {
    return this.thread.ask({ kind: 'draw', ...order }, []) as Promise<PreviewPicture>;
  }

  /** Ends the work at hand, which fails with `cancelled`, and the thread; the next question gets a new one. */
  cancel(): Promise<void> {
    return this.thread.cancel();
  }
}
