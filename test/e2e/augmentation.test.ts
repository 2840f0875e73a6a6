// The example flow "augmentation" in a real Node-RED, as imported: two models learn the same motor, with and without
// altered copies, and both judge the same recordings.
import assert from 'node:assert/strict';
import { installedExamples, only } from '../support/flows';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir } from '../support/pack';

const WAYS = ['as recorded', 'augmented'] as const;

describe('augmentation with and without, in a real Node-RED', function () {
  this.timeout(300_000);
  let nodeRed: NodeRed;
  let flow: FlowEntry[];

  before(async () => {
    nodeRed = await NodeRed.start(await installedUserDir());
    flow = [...installedExamples(nodeRed.userDir)].find(([name]) => name.startsWith('21 '))?.[1] ?? [];
    await nodeRed.deploy(flow);
  });
  after(() => nodeRed?.stop());

  it('trains once each way, on four times as many segments with copies', async () => {
    await nodeRed.inject(only(flow, 'inject', /^1/).id);
    for (const [way, segments] of [
      ['as recorded', 24],
      ['augmented', 96],
    ] as const) {
      const trained = new RegExp(`^trained v1 · ${segments} segments`);
      await nodeRed.status(only(flow, 'vae-train', new RegExp(way)).id, trained, { timeout: 240_000 });
    }
  });

  it('tells the damaged propeller from the healthy motor both ways', async () => {
    await nodeRed.inject(only(flow, 'inject', /^2/).id);
    for (const way of WAYS) {
      const { msg } = await nodeRed.debug(only(flow, 'debug', new RegExp(way)).id, { timeout: 60_000 });
      console.log(`      ${way}: ${msg}`);
      const counts = /healthy: alarm in (\d+) of 12 s, propeller-damaged: alarm in (\d+) of 12 s/.exec(String(msg));
      assert.ok(counts, String(msg));
      assert.ok(Number(counts[1]) <= 3, 'healthy seconds that raised an alarm');
      assert.ok(Number(counts[2]) >= 11, 'damaged seconds that raised an alarm');
    }
  });

  it('leaves no error in the log', () => {
    assert.deepEqual(
      nodeRed.program.lines.items.filter(line => line.includes('[error]')),
      [],
    );
  });
});
