// The editor around the sidebar and the dialogs: its nodes, notices and edits, and what Node-RED publishes to it.
import { formatScore } from '../../src/formats';
import { t } from './texts';

export const nodeOf = (id: string | undefined): EditorNode | undefined => (id && RED.nodes.node(id)) || undefined;
export const labelOf = (node: EditorNode | undefined): string =>
  node ? node.name || RED.utils.getNodeLabel(node, node.type) : '';

/** Nodes of these types that a deployment would start. */
export const activeNodes = (types: readonly string[]): EditorNode[] =>
  types.flatMap(type => RED.nodes.filterNodes({ type }).filter(node => !node.d));

export function activeModels(): EditorNode[] {
  const models: EditorNode[] = [];
  RED.nodes.eachConfig(node => {
    if (node.type === 'audio-model' && !node.d) models.push(node);
  });
  return models;
}

/** The editor takes notices as HTML. */
export const notify = (words: string, type: 'success' | 'error'): void =>
  RED.notify($('<span>').text(words).html(), { type, timeout: 5000 });

/** Whatever was thrown, in words. */
export const problemOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** What goes wrong after a press of a button is told where the person looks; undefined then. */
export async function attempt<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await action();
  } catch (thrown) {
    notify(problemOf(thrown), 'error');
    return undefined;
  }
}

/**
 * Sets a threshold by hand. An edit like any other: it can be undone, marks the flow as changed, and holds after the next
 * deployment.
 */
export function editThreshold(node: EditorNode, threshold: number): void {
  const changes = { method: node.method, value: node.value };
  const wasDirty = RED.nodes.dirty();
  RED.history.push({ t: 'edit', node, changes, changed: node.changed, dirty: wasDirty });
  const value = Number(threshold.toPrecision(4));
  Object.assign(node, { method: 'manual', value, changed: true, dirty: true });
  RED.editor.validateNode(node);
  RED.nodes.dirty(true);
  RED.view.redraw();
  const words = { node: node.name || t('threshold.itsNode'), value: formatScore(value) };
  notify(t('threshold.applied', words), 'success');
}

/** Hears what Node-RED publishes of one node at a time. */
export class Events<Event> {
  private id: string | undefined;
  private readonly listener: EditorCommsListener;

  /**
   * @param topic what comes before the node's id
   * @param take the payload is what the package itself publishes on that topic
   */
  constructor(
    private readonly topic: string,
    take: (event: Event) => void,
  ) {
    this.listener = (_topic, event) => take(event as Event);
  }

  /** @param id undefined: of none */
  follow(id: string | undefined): void {
    if (id === this.id) return;
    if (this.id) RED.comms.unsubscribe(`${this.topic}/${this.id}`, this.listener);
    if (id) RED.comms.subscribe(`${this.topic}/${id}`, this.listener);
    this.id = id;
  }
}
