// The button on a vae-train node and in the sidebar: train now, or cancel.
import type { NodeAPI } from 'node-red';
import { listeningRoom } from './listening-room';

const ACTIONS = ['train', 'cancel', 'toggle'];
const RUNNING = ['preparing', 'training', 'scoring', 'saving'];

/**
 * `POST /audio-anomaly/vae-train/:id/:action`, action train, cancel or toggle (cancels what runs, else trains) →
 * `{did}` 'train' or 'cancel', or 400, 404 with `{error}` in words.
 */
export function registerTrainRoute(RED: NodeAPI): void {
  const path = '/audio-anomaly/vae-train/:id/:action';
  RED.httpAdmin.post(path, RED.auth.needsPermission('audio-anomaly.write'), (req, res) => {
    const [id, action] = [String(req.params.id), String(req.params.action)];
    const node = RED.nodes.getNode(id);
    if (!ACTIONS.includes(action)) {
      res.status(400).json({ error: `no such action; expected one of ${ACTIONS.join(', ')}` });
    } else if (node?.type !== 'vae-train') {
      res.status(404).json({ error: 'this vae-train node is not deployed or is disabled' });
    } else {
      const cancel = action === 'cancel' || (action === 'toggle' && isBusy(id));
      node.receive(cancel ? { stop: true } : { train: true });
      res.json({ did: cancel ? 'cancel' : 'train' });
    }
  });
}

/** Whether a trainer trains, or records what it was asked to train on. */
function isBusy(trainer: string): boolean {
  const { phase, asked } = listeningRoom.trainingOf(trainer) ?? {};
  return phase !== undefined && (RUNNING.includes(phase) || (phase === 'collecting' && asked === true));
}
