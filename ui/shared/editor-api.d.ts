// What this package uses of Node-RED's editor: the global `RED` and the editor's widgets on jQuery. No more than that:
// what is used further is added here, as Node-RED 4.1 and 5 both have it. `$` itself is typed by @types/jquery.

/** A node as the editor holds it: its properties beside what the editor knows of every node. */
interface EditorNode {
  readonly id: string;
  readonly type: string;
  name?: string;
  /** Disabled. */
  d?: boolean;
  /** Edited since the last deployment. */
  changed?: boolean;
  /** To be drawn anew. */
  dirty?: boolean;
  /** Height on the workspace, in pixels; config nodes have none. */
  h?: number;
  readonly _def: EditorNodeType;
  /** Its own properties, as they are saved. */
  [property: string]: unknown;
}

/** Says true, or what is wrong in a sentence (false: without one). With one parameter Node-RED would show no sentence. */
type EditorValidator = (this: EditorNode, value: unknown, options?: object) => boolean | string;

interface EditorProperty {
  value: unknown;
  required?: boolean;
  /** Of the config node that it points to. */
  type?: string;
  validate?: EditorValidator;
}

/** What a node type registers. */
interface EditorNodeType {
  category: string;
  color?: string;
  defaults: Record<string, EditorProperty>;
  inputs?: number;
  outputs?: number;
  icon?: string;
  paletteLabel?: string | (() => string);
  label?: (this: EditorNode) => string;
  labelStyle?: (this: EditorNode) => string;
  inputLabels?: (this: EditorNode, index: number) => string;
  outputLabels?: (this: EditorNode, index: number) => string;
  button?: {
    enabled?: (this: EditorNode) => boolean;
    onclick: (this: EditorNode) => void;
  };
  oneditprepare?: (this: EditorNode) => void;
  oneditsave?: (this: EditorNode) => void;
  oneditcancel?: (this: EditorNode) => void;
  oneditdelete?: (this: EditorNode) => void;
  onpaletteadd?: (this: EditorNodeType) => void;
  onpaletteremove?: (this: EditorNodeType) => void;
}

interface EditorNoticeOptions {
  type?: 'success' | 'warning' | 'error';
  /** Milliseconds; the notice goes by itself after them. */
  timeout?: number;
}

/** An edit that can be undone. */
interface EditorHistoryEvent {
  t: 'edit';
  node: EditorNode;
  /** Properties as they were. */
  changes: Record<string, unknown>;
  changed: boolean | undefined;
  /** Whether the flows had changes before. */
  dirty: boolean;
}

type EditorCommsListener = (topic: string, payload: unknown) => void;

interface EditorRED {
  /** A text of a catalogue, e.g. `@earshot/node-red-audio-anomaly/threshold:threshold.palette`. */
  _(key: string, values?: Record<string, unknown>): string;
  /** @param words HTML @param options or the type alone */
  notify(words: string, options?: EditorNoticeOptions | NonNullable<EditorNoticeOptions['type']>): void;
  readonly actions: { add(name: string, action: () => void): void };
  readonly comms: {
    /** @param topic may end with `+` */
    subscribe(topic: string, listener: EditorCommsListener): void;
    unsubscribe(topic: string, listener: EditorCommsListener): void;
    on?(event: 'connect' | 'disconnect', listener: () => void): void;
    off?(event: 'connect' | 'disconnect', listener: () => void): void;
  };
  readonly editor: {
    /** The nodes whose dialogs are open, the topmost at the end. */
    getEditStack(): EditorNode[];
    validateNode(node: EditorNode): boolean;
  };
  readonly events: { on(event: string, listener: () => void): void };
  readonly history: { push(event: EditorHistoryEvent): void };
  readonly hooks: {
    /** @param hook with a label, e.g. `viewRedrawNode.earshot-plot` */
    add(hook: `viewRedrawNode.${string}`, take: (event: { node: EditorNode; el: Element }) => void): void;
    add(hook: `viewRemoveNode.${string}`, take: (event: { node: EditorNode }) => void): void;
    remove(hook: `*.${string}`): void;
  };
  readonly nodes: {
    /** A new id. */
    id(): string;
    node(id: string): EditorNode | null;
    filterNodes(filter: { type: string }): EditorNode[];
    eachConfig(take: (node: EditorNode) => void): void;
    /** All nodes that lead to one, the nearest first. */
    getAllUpstreamNodes(node: EditorNode): EditorNode[];
    registerType(type: string, definition: EditorNodeType): void;
    /** Whether the flows have changes; or sets that. */
    dirty(changed?: boolean): boolean;
  };
  readonly plugins: { registerPlugin(id: string, plugin: { type: string; onadd(): void }): void };
  /** Kept in this browser. */
  readonly settings: { getLocal(key: string): unknown; setLocal(key: string, value: unknown): void };
  readonly sidebar: {
    addTab(tab: {
      id: string;
      label: string;
      name: string;
      content: Element;
      iconClass: string;
      pinned: boolean;
      action: string;
      enableOnEdit: boolean;
    }): void;
    show(id: string): void;
  };
  readonly utils: { getNodeLabel(node: EditorNode, otherwise?: string): string };
  readonly view: {
    importNodes(
      nodes: readonly object[],
      options: { generateIds: boolean; addFlow: boolean; notify: boolean },
    ): unknown;
    redraw(): void;
  };
  readonly workspaces: { show(tab: string): void };
}

declare const RED: EditorRED;

/** One of the types that a typed input offers. */
interface TypedInputType {
  value: string;
  label?: string;
  icon?: string;
  hasValue?: boolean;
  multiple?: boolean;
  options?: { value: string; label: string }[];
}

interface JQuery {
  /** Fills in the texts that `data-i18n` names. */
  i18n(): this;
  typedInput(options: { default: string; types: (string | TypedInputType)[] }): this;
  typedInput(property: 'type' | 'value', value: string): this;
  typedInput(property: 'type' | 'value'): string;
  dialog(options: {
    title: string;
    modal: boolean;
    resizable: boolean;
    width: number;
    buttons: { text: string; class?: string; click: () => void }[];
    close: () => void;
  }): this;
  dialog(action: 'close' | 'destroy'): this;
}
