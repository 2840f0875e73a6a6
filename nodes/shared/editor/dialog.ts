// What a node type registers with the editor, apart from the literals that the build writes into its page.
import type { Config, Fields } from '../schema';
import { type Form, formOf, modelName } from './form';

/** What is special about a node in the editor; all parts may be left out. */
export interface Dialog<F extends Fields = Fields> {
  /** What the node is called on the workspace, where it has no name of its own. */
  label?(shown: Record<keyof F & string, unknown>): string | undefined;
  /** The catalogue's key of what goes in, below `port`. */
  input?(shown: Record<keyof F & string, unknown>): string;
  /** The button on the node. */
  press?(node: EditorNode): void;
  /** The dialog opens, its fields filled in; returns what to call when it closes. */
  open?(node: EditorNode): (() => void) | undefined;
  /** When it has opened, and whenever one of its fields changes. */
  change?(values: Partial<Config<F>>): void;
  /** Before the fields are read into the node. */
  save?(): void;
  onpaletteadd?(): void;
  onpaletteremove?(): void;
}

/** For `editor.ts`: types what a dialog is given by the node's fields. */
export const dialogOf = <F extends Fields>(_fields: F, dialog: Dialog<F>): Dialog<F> => dialog;

type Registered = Omit<EditorNodeType, 'category' | 'color' | 'icon' | 'defaults' | 'inputs' | 'outputs'>;

/**
 * @param outputs the catalogue's keys of the outputs' names, below `port`
 * @returns the checks of the properties, and the rest of the definition
 */
export function assemble<F extends Fields>(
  type: string,
  { fields, outputs = ['output'], category }: { fields: F; outputs?: readonly string[]; category?: string },
  dialog: Dialog<F> = {},
): { validate: Record<string, EditorValidator>; definition: Registered } {
  const form = formOf(type, fields);
  let close: (() => void) | undefined;
  const closing = (): void => {
    close?.();
    close = undefined;
  };
  const { label, input, press, change, onpaletteadd, onpaletteremove } = dialog;
  const definition: Registered = {
    paletteLabel: () => form.text('palette'),
    label() {
      return this.name || label?.(form.shown(this)) || form.text('palette');
    },
    ...(category !== 'config' && {
      labelStyle() {
        return this.name ? 'node_label_italic' : '';
      },
      inputLabels() {
        return form.text(`port.${input?.(form.shown(this)) ?? 'input'}`);
      },
      outputLabels: index => form.text(`port.${outputs[index]}`),
    }),
    ...(press && { button: deployedButton(press) }),
    oneditprepare() {
      form.prepare(this, change && (values => change.call(dialog, values)));
      close = dialog.open?.(this);
    },
    oneditsave() {
      closing();
      dialog.save?.();
    },
    oneditcancel: closing,
    oneditdelete: closing,
    ...(onpaletteadd && { onpaletteadd }),
    ...(onpaletteremove && { onpaletteremove }),
  };
  return { validate: form.validators(), definition };
}

/** A button of which only what is deployed can be pressed. */
const deployedButton = (press: (node: EditorNode) => void): EditorNodeType['button'] => ({
  enabled() {
    return !this.changed;
  },
  onclick() {
    if (!this.changed) press(this);
    else
      RED.notify(
        RED._('notification.warning', { message: RED._('notification.warnings.undeployedChanges') }),
        'warning',
      );
  },
});

/** "score boiler": what a node does with which model; undefined where none is chosen. `key` is the text of it. */
export function labelOfModel(
  form: Form,
  key: string,
  { model, ...values }: Record<string, unknown>,
): string | undefined {
  const name = modelName(model);
  return name && form.text(key, { model: name, ...values });
}

/** Shows a sentence in the editor. */
export const notify = (words: string, options?: EditorNoticeOptions | NonNullable<EditorNoticeOptions['type']>): void =>
  RED.notify($('<span>').text(words).html(), options);
