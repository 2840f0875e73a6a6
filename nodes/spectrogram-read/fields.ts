// The properties of a spectrogram-read node.
import { defineFields, flag, folder, nodeName, texts } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  folder: folder({ default: 'spectrograms', icon: 'folder-open-o' }),
  recursive: flag({ default: true, icon: 'sitemap' }),
  /** Empty: all. */
  onlyLabels: texts({ icon: 'filter' }),
});
