// The button on a vae-train node and in the sidebar: train now, or cancel.
import type { NodeAPI } from 'node-red';
import { liveState } from '../../src/live/live-state';
import { isRecording, isTraining } from '../../src/live/training';
import { actionOf, deployedNode, routesOf } from '../shared/routes';

const ACTIONS = ['train', 'cancel', 'toggle'] as const;

/**
 * `POST /audio-anomaly/vae-train/:id/:action`, action train, cancel or toggle (cancels what runs, else trains) →
 * `{did}` 'train' or 'cancel', or 400, 404 with `{error}` in words.
 */
export function registerTrainRoute(RED: NodeAPI): void {
  routesOf(RED).post('vae-train/:id/:action', 'write', (req, res) => {
    const action = actionOf(ACTIONS, req);
    const node = deployedNode(RED, 'vae-train', req);
    const cancel = action === 'cancel' || (action === 'toggle' && isBusy(node.id));
    node.receive(cancel ? { stop: true } : { train: true });
    res.json({ did: cancel ? 'cancel' : 'train' });
  });
}

/** Whether a trainer trains, or records what it was asked to train on. */
function isBusy(trainer: string): boolean {
  const training = liveState.trainingOf(trainer);
  return isTraining(training) || isRecording(training);
}
