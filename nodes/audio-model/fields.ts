// The properties of an audio-model config node.
import { ENGINE_CHOICES } from '../../src/engine/compute-engine';
import { choice, defineFields, folder, number, text } from '../shared/schema';

export const category = 'config';

export const fields = defineFields({
  // Models are told apart by it: the form asks for one. A flow written by hand may do without.
  name: text({ default: 'model', required: 'a name for the model, e.g. boiler', icon: 'tag' }),
  folder: folder({ default: 'audio-models', icon: 'folder-o' }),
  /** For training; 0: all cores but one. */
  threads: number({ default: 0, min: 0, max: 64, integer: true, icon: 'tasks' }),
  engine: choice(ENGINE_CHOICES, { default: 'auto', icon: 'microchip' }),
});
