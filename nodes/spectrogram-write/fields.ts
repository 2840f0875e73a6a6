// The properties of a spectrogram-write node.
import { defineFields, folder, nodeName } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  folder: folder({ default: 'spectrograms', icon: 'folder-open-o' }),
});
