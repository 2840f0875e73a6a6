// The properties of a wav-record node.
import { choice, defineFields, folder, Misfit, nodeName, number, text } from '../shared/schema';

/** What a file's or folder's name cannot hold; in msg.label it is replaced, here it is better told. */
const checkName = (value: string): true | Misfit =>
  !/[\\/:*?"<>|]|^\./.test(value) || new Misfit('a name without / \\ : * ? " < > | and a leading dot');

export const fields = defineFields({
  name: nodeName(),
  folder: folder({ default: 'recordings', output: true, icon: 'folder-open' }),
  /** Empty: `msg.label`. */
  label: text({ initial: 'normal', check: checkName, icon: 'tags' }),
  prefix: text({ default: 'recording', check: checkName, icon: 'file-audio-o', width: 120 }),
  format: choice(['pcm16', 'float32'], { default: 'pcm16', icon: 'cog' }),
  maxFiles: number({ default: 150, min: 0, max: 1_000_000, integer: true, icon: 'files-o' }),
  maxMegabytes: number({ default: 500, min: 0, max: 10_000_000, unit: 'MB', icon: 'hdd-o' }),
  whenFull: choice(['stop', 'oldest'], { default: 'stop', icon: 'archive' }),
});
