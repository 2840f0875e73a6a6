// The demo as one thing that starts and ends: broker, user directory, Node-RED.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from './broker.mjs';
import { NodeRed } from './node-red.mjs';
import { prepareUserDir } from './user-dir.mjs';

/**
 * Starts the broker and Node-RED.
 * @param folder where the user directory is, or is made
 * @param onMessage called with (topic, text) for everything the flow publishes
 */
export async function startDemo({ root, folder, httpPort, mqttPort, onMessage }) {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { user, secret, firstButton } = prepareUserDir(root, folder);
  const closeBroker = await startBroker(mqttPort, onMessage);
  const nodeRed = new NodeRed({
    userDir: user,
    port: httpPort,
    env: {
      EARSHOT_DEMO_PORT: String(httpPort),
      EARSHOT_DEMO_MQTT_PORT: String(mqttPort),
      EARSHOT_DEMO_SECRET: secret,
    },
  });
  let stopped;
  const stop = async () => {
    await nodeRed.stop();
    await closeBroker();
  };
  return {
    nodeRed,
    /** Waits until the flows run; throws where they do not. */
    ready: () => nodeRed.ready(name),
    /** Id of the inject node that begins it all, on the first start in this folder. */
    firstButton,
    /** Ends both, once. */
    stop: () => (stopped ??= stop()),
  };
}
