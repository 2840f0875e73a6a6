// The properties of a model-export node.
import { choice, defineFields, folder, model, nodeName } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  model: model(),
  format: choice(['tflite', 'onnx', 'safetensors'], { default: 'tflite', icon: 'file-o' }),
  folder: folder({ default: 'audio-exports', output: true, icon: 'folder-open' }),
});
