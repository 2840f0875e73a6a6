// A small MQTT broker on the loopback address, so that the demo needs none installed. Not part of the package.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/**
 * @param onMessage called with (topic, payload as text) for everything a client publishes
 * @returns a function that closes the broker and its connections
 */
export async function startBroker(port, onMessage) {
  const broker = await Aedes.createBroker();
  broker.on('publish', (packet, client) => {
    if (client) onMessage(packet.topic, packet.payload.toString());
  });
  const server = createServer(broker.handle);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    server.close();
    await new Promise(resolve => broker.close(resolve));
  };
}
