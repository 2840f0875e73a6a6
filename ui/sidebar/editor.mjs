// The editor around the sidebar: its nodes, notices and edits, and what Node-RED publishes to it.
import { formatScore, t } from './dom.mjs';

export const nodeOf = id => (id ? RED.nodes.node(id) : undefined);
export const labelOf = node => (node ? node.name || RED.utils.getNodeLabel(node, node.type) : '');

/** Nodes of these types that a deployment would start. */
export const activeNodes = types => types.flatMap(type => RED.nodes.filterNodes({ type }).filter(node => !node.d));

export function activeModels() {
  const models = [];
  RED.nodes.eachConfig(node => {
    if (node.type === 'audio-model' && !node.d) models.push(node);
  });
  return models;
}

/** The editor takes notices as HTML. */
export const notify = (text, type) => RED.notify($('<span>').text(text).html(), { type, timeout: 5000 });

/** What goes wrong after a press of a button is told where the person looks. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    notify(error.message, 'error');
    return undefined;
  }
}

/**
 * Sets a threshold by hand. An edit like any other: it can be undone, marks the flow as changed, and holds after the next
 * deployment.
 */
export function editThreshold(node, value) {
  const changes = { method: node.method, value: node.value };
  const wasDirty = RED.nodes.dirty();
  RED.history.push({ t: 'edit', node, changes, changed: node.changed, dirty: wasDirty });
  Object.assign(node, { method: 'manual', value: Number(value.toPrecision(4)), changed: true, dirty: true });
  RED.editor.validateNode(node);
  RED.nodes.dirty(true);
  RED.view.redraw();
  const words = { node: node.name || t('threshold.itsNode'), value: formatScore(node.value) };
  notify(t('threshold.applied', words), 'success');
}

/** Hears what Node-RED publishes of one node at a time. */
export class Events {
  /** @param {string} topic what comes before the node's id @param {(event: any) => void} take */
  constructor(topic, take) {
    this.topic = topic;
    this.listener = (_topic, event) => take(event);
  }

  /** @param {string | undefined} id undefined: of none */
  follow(id) {
    if (id === this.id) return;
    if (this.id) RED.comms.unsubscribe(`${this.topic}/${this.id}`, this.listener);
    if (id) RED.comms.subscribe(`${this.topic}/${id}`, this.listener);
    this.id = id;
  }
}
