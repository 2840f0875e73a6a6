// The demo on a Raspberry Pi's processor: the packed package in a real Node-RED learns the healthy motor and raises the
// alarms of the damaged propeller. Beside it the same on the processor of the tests: model and scores are the same.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { readModelFile } from '#src/store/model-file';
import { ARM64 } from '../support/arm64';
import { debug, demoFlow, javascript, mqttOut, only } from '../support/flows';
import { type Generation, NODE_RED_4 } from '../support/generations';
import { Mosquitto } from '../support/mosquitto';
import { NodeRed } from '../support/node-red';
import { installedUserDir } from '../support/pack';
import { requireSystem } from '../support/system';

const PACKAGE_NAME = '@earshot/node-red-audio-anomaly';
const MINUTE = 60_000;
/** Seconds of test recordings in the demo, and how many of them are of the damaged propeller. */
const SECONDS = 24;
const DAMAGED = 12;

interface Decision {
  filename: string;
  score: number;
  state: string;
}

/** Has a new Node-RED learn and judge as the demo does. */
async function runDemo(generation: Generation) {
  const userDir = await installedUserDir();
  const [mosquitto, nodeRed] = await Promise.all([Mosquitto.start(), NodeRed.start(userDir, generation)]);
  try {
    const broken = (await nodeRed.nodeSets(PACKAGE_NAME)).filter(({ err, enabled }) => err || !enabled);
    const messages = await mosquitto.subscribe('#');
    const flow = demoFlow(userDir, mosquitto.port);
    const z = only(flow, 'tab').id;
    for (const wires of only(flow, 'threshold').wires as string[][]) wires.push('report');
    (only(flow, 'vae-train').wires as string[][])[0].push('model');
    const report = 'return { payload: { filename: msg.filename, score: msg.payload, state: msg.anomaly.state } };';
    flow.push(
      javascript('report', z, report, [['decisions']]),
      mqttOut('decisions', z, only(flow, 'mqtt-broker').id, 'test/decisions'),
      debug('model', z, 'payload'),
    );
    await nodeRed.deploy(flow);
    await nodeRed.status('decisions', /connected/, { timeout: MINUTE });
    await nodeRed.inject(only(flow, 'inject', /^1/).id);
    const model = await nodeRed.debug('model', { timeout: 20 * MINUTE });
    const { file } = JSON.parse(String(model.msg)) as { file: string };
    const judged = await messages.take('decision', SECONDS, ({ topic }) => topic === 'test/decisions', {
      timeout: 10 * MINUTE,
    });
    const decisions = judged
      .map(({ payload }) => JSON.parse(payload.toString()) as Decision)
      .map(({ filename, ...rest }) => ({ filename: basename(filename), ...rest }));
    return { broken, weights: weightsOf(file), decisions };
  } finally {
    await nodeRed.stop();
    await mosquitto.stop();
  }
}

const weightsOf = (file: string) => Object.entries(readModelFile(file).tensors).map(([name, { data }]) => [name, data]);

describe('on arm64, the packed package in Node-RED', function () {
  this.timeout(40 * MINUTE);
  let here: Awaited<ReturnType<typeof runDemo>>;
  let there: typeof here;

  before(async function () {
    requireSystem(this, ...ARM64.needs);
    [here, there] = await Promise.all([runDemo(NODE_RED_4), runDemo(ARM64)]);
  });

  it('loads every node', () => {
    assert.deepEqual(there.broken, []);
  });

  it('learns the same model, bit for bit', () => {
    assert.ok(there.weights.length > 10);
    assert.deepEqual(there.weights, here.weights);
  });

  it('raises the alarms of the damaged propeller, with the same scores', () => {
    const alarms = there.decisions.filter(({ filename, state }) => /damaged/.test(filename) && state === 'anomaly');
    console.log(`      alarm in ${alarms.length} of ${DAMAGED} damaged seconds`);
    assert.ok(alarms.length >= 0.9 * DAMAGED);
    assert.deepEqual(there.decisions, here.decisions);
  });
});
