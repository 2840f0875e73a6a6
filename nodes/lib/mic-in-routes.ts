// The editor's questions and orders to mic-in nodes: which devices are there, start, stop. Every route asks for a
// permission, as Node-RED's own do.
import type { NodeAPI } from 'node-red';
import { BACKEND_NAMES, type BackendChoice } from '../../src/audio/capture/backend';
import { listDevices } from '../../src/audio/capture/devices';
import { userDirectory } from './config';

const ACTIONS = ['start', 'stop', 'toggle'];
const CHOICES: BackendChoice[] = ['auto', ...BACKEND_NAMES];

/**
 * `GET /audio-anomaly/devices?backend=auto` → `{backend?, devices: [{id, description}], problem?}`;
 * `POST /audio-anomaly/mic-in/:id/:action`, action start, stop or toggle → 200, or 400, 404 with `{error}` in words.
 */
export function registerMicInRoutes(RED: NodeAPI): void {
  RED.httpAdmin.get('/audio-anomaly/devices', RED.auth.needsPermission('audio-anomaly.read'), async (req, res) => {
    const choice = CHOICES.find(name => name === (req.query.backend ?? 'auto'));
    if (choice) res.json(await listDevices(choice, [userDirectory(RED)]));
    else res.status(400).json({ error: `no such recorder; expected one of ${CHOICES.join(', ')}` });
  });

  RED.httpAdmin.post(
    '/audio-anomaly/mic-in/:id/:action',
    RED.auth.needsPermission('audio-anomaly.write'),
    (req, res) => {
      const [id, action] = [String(req.params.id), String(req.params.action)];
      const node = RED.nodes.getNode(id);
      if (!ACTIONS.includes(action)) {
        res.status(400).json({ error: `no such action; expected one of ${ACTIONS.join(', ')}` });
      } else if (node?.type !== 'mic-in') {
        res.status(404).json({ error: 'this mic-in node is not deployed or is disabled' });
      } else {
        node.receive({ payload: action });
        res.json({});
      }
    },
  );
}
