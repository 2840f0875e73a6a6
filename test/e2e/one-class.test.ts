// The example flow "one-class" in a real Node-RED, as imported: a sweep of trainings on one dog's bark, two classifiers on
// its rl and kl, judgement of recordings that nothing has learnt from, and barks heard back.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { RlKlReport } from '#src/detectors/rl-kl/rl-kl';
import type { SweepReport } from '#src/detectors/vae/sweep';
import { keepPlotPictures } from '../support/flow-picture';
import { debug, installedExamples, javascript, only } from '../support/flows';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir } from '../support/pack';

/** Sends on the outcome of a sweep or of a training, as JSON and without what is too long for the debug sidebar. */
const outcome = (topic: string) => `
if (msg.topic !== '${topic}') return null;
const { surface, roc, points, ...rest } = msg.payload;
const labels = [...new Set(points.map(point => point.label))];
return { payload: JSON.stringify({ ...rest, ...('${topic}' === 'sweep' ? { points } : { labels }) }) };`;

/** Collects the judgements of a pass; sends them with the last. */
const COLLECT = `
const all = context.get('all') || [];
all.push([msg.label, msg.class, msg.payload]);
context.set('all', all);
return msg.complete ? { payload: JSON.stringify(all) } : null;`;

describe('the bark of one dog, in a real Node-RED', function () {
  this.timeout(400_000);
  let nodeRed: NodeRed;
  let flow: FlowEntry[];
  const json = async <T>(id: string, timeout: number): Promise<T> =>
    JSON.parse(String((await nodeRed.debug(id, { timeout })).msg)) as T;

  before(async () => {
    nodeRed = await NodeRed.start(await installedUserDir());
    flow = [...installedExamples(nodeRed.userDir)].find(([name]) => name.startsWith('15 '))?.[1] ?? [];
    const z = only(flow, 'tab').id;
    const listen = (from: FlowEntry, output: number, name: string, code: string) => {
      (from.wires as string[][])[output].push(`${name} code`);
      flow.push(javascript(`${name} code`, z, code, [[name]]), debug(name, z, 'payload'));
    };
    listen(only(flow, 'vae-train'), 1, 'sweep', outcome('sweep'));
    for (const name of ['straight', 'bend']) {
      const node = only(flow, 'rl-kl-classifier', new RegExp(name));
      listen(node, 1, `report ${name}`, outcome('report'));
      listen(node, 0, `judged ${name}`, COLLECT);
    }
    await nodeRed.deploy(flow);
  });
  after(() => nodeRed?.stop());

  it('trains once for each weight and keeps the one that redraws the held-out barks best', async () => {
    await nodeRed.inject(only(flow, 'inject', /^1/).id);
    const { points, best, failed } = await json<SweepReport>('sweep', 240_000);
    for (const { rlWeight, rl, kl, epochs } of points) {
      console.log(`      rlWeight ${rlWeight}: rl ${rl.toFixed(4)}, kl ${kl.toFixed(1)}, ${epochs} epochs`);
    }
    assert.deepEqual(
      points.map(({ rlWeight }) => rlWeight),
      [1e3, 1e4, 1e5, 1e6, 1e7],
    );
    assert.deepEqual(failed, []);
    await keepPlotPictures(nodeRed, [only(flow, 'audio-plot', /each weight/)]);
    assert.equal(best, points.reduce((a, b) => (b.rl < a.rl ? b : a)).rlWeight);
  });

  it('learns where to draw the line, and says so beside what "never" would score', async () => {
    for (const name of ['straight', 'bend']) {
      const report = await json<RlKlReport & { labels: string[] }>(`report ${name}`, 60_000);
      const { accuracy, balancedAccuracy, auc, never, evaluated } = report;
      console.log(
        `      ${name}: accuracy ${accuracy.toFixed(3)} (never ${never.toFixed(3)}), balanced ${balancedAccuracy.toFixed(3)}, AUC ${auc.toFixed(3)} on ${evaluated} held out`,
      );
      assert.ok(balancedAccuracy > 0.8 && auc > 0.9, name);
      assert.deepEqual(report.labels.sort(), ['another_dog', 'baby_cry', 'rain', 'rooster', 'this_dog']);
    }
  });

  it('knows the dog again in recordings that nothing has learnt from', async () => {
    for (const name of ['straight', 'bend']) {
      const judged = await json<[label: string, found: string, probability: number][]>(`judged ${name}`, 60_000);
      const share = (isDog: boolean) => {
        const those = judged.filter(([label]) => (label === 'this_dog') === isDog);
        assert.ok(those.length >= 4, `${those.length} segments`);
        return those.filter(([, found]) => (found === 'this_dog') === isDog).length / those.length;
      };
      const [dog, others] = [share(true), share(false)];
      console.log(
        `      ${name}: right about ${Math.round(100 * dog)} % of the dog, ${Math.round(100 * others)} % of others`,
      );
      assert.ok((dog + others) / 2 >= 0.75, `balanced accuracy ${(dog + others) / 2}`);
    }
  });

  it('writes what it makes of a bark, of rain, and barks that it makes up', async () => {
    const { id } = only(flow, 'debug', /^file/);
    for (const [button, label, count] of [
      [/^4/, 'redrawn', 2],
      [/^5/, 'redrawn', 1],
      [/^6/, 'made-up', 4],
    ] as const) {
      let from = nodeRed.events.items.length;
      await nodeRed.inject(only(flow, 'inject', button).id);
      for (let i = 0; i < count; i++) {
        const { msg } = await nodeRed.debug(id, { timeout: 60_000, from });
        from = 1 + nodeRed.events.items.findIndex(({ data }, at) => at >= from && data?.msg === msg);
        assert.match(String(msg), new RegExp(`one-class/${label}/bark_\\d{8}_\\d{6}.*\\.wav$`));
        assert.ok(existsSync(String(msg)));
      }
    }
  });

  it('leaves no error in the log', () => {
    assert.deepEqual(
      nodeRed.program.lines.items.filter(line => line.includes('[error]')),
      [],
    );
  });
});
