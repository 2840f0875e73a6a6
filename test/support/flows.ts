// Flows for tests with a whole Node-RED: the package's own examples, adapted to the broker and mail server at hand,
// and short ways to write the nodes that tests add to them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowEntry } from './node-red';

const PACKAGE_NAME = '@earshot/node-red-audio-anomaly';

/** The examples as installed in a user directory: file name without `.json` → flow. */
export function installedExamples(userDir: string): Map<string, FlowEntry[]> {
  const folder = join(userDir, 'node_modules', ...PACKAGE_NAME.split('/'), 'examples');
  const names = readdirSync(folder).filter(name => name.endsWith('.json'));
  return new Map(names.map(name => [name.slice(0, -5), JSON.parse(readFileSync(join(folder, name), 'utf8'))]));
}

/** The demo flow as installed; its MQTT broker is replaced by the one on `mqttPort` of the loopback interface. */
export function demoFlow(userDir: string, mqttPort: number): FlowEntry[] {
  const [, flow] = [...installedExamples(userDir)].find(([name]) => name.startsWith('01 demo')) ?? [];
  if (!flow) throw new Error('the demo flow is not among the installed examples');
  return flow.map(node =>
    node.type === 'mqtt-broker' ? { ...node, broker: '127.0.0.1', port: String(mqttPort) } : node,
  );
}

/** The one node of a flow that fits. */
export function only(flow: FlowEntry[], type: string, name?: RegExp): FlowEntry {
  const found = flow.filter(node => node.type === type && (!name || name.test(String(node.name))));
  if (found.length !== 1) throw new Error(`${found.length} nodes of type ${type} ${name ?? ''}, expected one`);
  return found[0];
}

export const tab = (id: string): FlowEntry => ({ id, type: 'tab', label: id });

/** An inject node that sets message properties, given as JSON values. */
export const inject = (
  id: string,
  z: string,
  wires: string[][],
  properties: Record<string, unknown> = {},
): FlowEntry => ({
  id,
  type: 'inject',
  z,
  wires,
  props: Object.entries({ payload: '', ...properties }).map(([p, value]) => ({
    p,
    v: JSON.stringify(value),
    vt: 'json',
  })),
});

export const debug = (id: string, z: string, complete = 'true'): FlowEntry => ({
  id,
  type: 'debug',
  z,
  wires: [],
  active: true,
  tosidebar: true,
  console: false,
  complete,
  targetType: complete === 'true' ? 'full' : 'msg',
});

export const broker = (id: string, port: number): FlowEntry => ({
  id,
  type: 'mqtt-broker',
  broker: '127.0.0.1',
  port: String(port),
  autoConnect: true,
  protocolVersion: '4',
  keepalive: '60',
  cleansession: true,
});

export const mqttOut = (id: string, z: string, brokerId: string, topic: string): FlowEntry => ({
  id,
  type: 'mqtt out',
  z,
  wires: [],
  topic,
  qos: '1',
  broker: brokerId,
});

export const javascript = (id: string, z: string, func: string, wires: string[][]): FlowEntry => ({
  id,
  type: 'function',
  z,
  wires,
  func,
  outputs: wires.length,
});

/** Node-RED's e-mail node, writing to `address` through a server without encryption or log-in. */
export const email = (id: string, z: string, port: number, address: string): FlowEntry => ({
  id,
  type: 'e-mail',
  z,
  wires: [],
  name: address,
  server: '127.0.0.1',
  port: String(port),
  secure: false,
  tls: false,
  authtype: 'NONE',
});

/** A catch node for the whole tab. (Node-RED's catch nodes do nothing under the id `catch`.) */
export const catchAll = (id: string, z: string, wires: string[][]): FlowEntry => ({
  id,
  type: 'catch',
  z,
  wires,
  scope: null,
});
