// The editor's questions and orders to mic-in nodes: which devices are there, start, stop.
import type { NodeAPI } from 'node-red';
import { BACKEND_NAMES, type BackendChoice } from '../../src/audio/capture/backend';
import { listDevices } from '../../src/audio/capture/devices';
import { Refusal } from '../shared/answer';
import { userDirectory } from '../shared/folders';
import { actionOf, deployedNode, routesOf } from '../shared/routes';

const ACTIONS = ['start', 'stop', 'toggle'] as const;
const CHOICES: BackendChoice[] = ['auto', ...BACKEND_NAMES];

/**
 * `GET /audio-anomaly/devices?backend=auto` → `{backend?, devices: [{id, description}], problem?}`;
 * `POST /audio-anomaly/mic-in/:id/:action`, action start, stop or toggle → 200, or 400, 404 with `{error}` in words.
 */
export function registerMicInRoutes(RED: NodeAPI): void {
  const { get, post } = routesOf(RED);

  get('devices', async (req, res) => {
    const choice = CHOICES.find(name => name === (req.query.backend ?? 'auto'));
    if (!choice) throw new Refusal(400, `no such recorder; expected one of ${CHOICES.join(', ')}`);
    res.json(await listDevices(choice, [userDirectory(RED)]));
  });

  post('mic-in/:id/:action', 'write', (req, res) => {
    const action = actionOf(ACTIONS, req);
    deployedNode(RED, 'mic-in', req).receive({ payload: action });
    res.json({});
  });
}
