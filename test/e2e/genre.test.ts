// The example flow "genre" in a real Node-RED, as imported: a classifier learns three kinds of sound from bundled
// recordings, says how good it is on others, answers about a new sound, and is still there after a restart.
import assert from 'node:assert/strict';
import { keepFlowPicture, keepPlotPictures } from '../support/flow-picture';
import { installedExamples, only } from '../support/flows';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir } from '../support/pack';

describe('kinds of sound told apart, in a real Node-RED', function () {
  this.timeout(300_000);
  let nodeRed: NodeRed;
  let flow: FlowEntry[];

  const said = async (name: RegExp): Promise<string> => {
    const { msg } = await nodeRed.debug(only(flow, 'debug', name).id, { timeout: 120_000 });
    return String(msg);
  };
  const press = (name: RegExp) => nodeRed.inject(only(flow, 'inject', name).id);

  before(async () => {
    nodeRed = await NodeRed.start(await installedUserDir());
    flow = [...installedExamples(nodeRed.userDir)].find(([name]) => name.startsWith('30 '))?.[1] ?? [];
    await nodeRed.deploy(flow);
  });
  after(() => nodeRed?.stop());

  it('learns from the recordings and is right on others far more often than by chance', async () => {
    await press(/^1/);
    const sentence = await said(/how good/);
    console.log(`      ${sentence}`);
    const found = /^(\d+) % of (\d+) half seconds right \(always the commonest: (\d+) %\)\. (.+)\.$/.exec(sentence);
    assert.ok(found, sentence);
    const [right, rows, never] = found.slice(1, 4).map(Number);
    assert.ok(rows >= 40 && right >= 65 && right > never + 20, sentence);
    assert.deepEqual(found[4].match(/[\w-]+ was taken/g), [
      'clock-tick was taken',
      'helicopter was taken',
      'rain was taken',
    ]);
  });

  it('answers about a sound it has never met', async () => {
    await press(/^2/);
    const sentence = await said(/takes it for/);
    console.log(`      ${sentence}`);
    assert.match(sentence, /^Of 16 half seconds of a running tap: [\w-]+ \d+ times/);
  });

  it('looks as the documentation shows it', async () => {
    await keepFlowPicture('genre-flow', nodeRed, flow);
    await keepPlotPictures(
      nodeRed,
      flow.filter(({ type }) => type === 'audio-plot'),
    );
  });

  it('still knows after a restart', async () => {
    const before = await said(/takes it for/);
    const { userDir } = nodeRed;
    await nodeRed.stop();
    nodeRed = await NodeRed.start(userDir);
    await press(/^2/);
    assert.equal(await said(/takes it for/), before);
  });

  it('leaves no error in the log', () => {
    assert.deepEqual(
      nodeRed.program.lines.items.filter(line => line.includes('[error]')),
      [],
    );
  });
});
