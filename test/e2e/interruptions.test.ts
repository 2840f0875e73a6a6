// A training that is disturbed, in a real Node-RED: redeploy, shutdown, cancel, a second trainer. Each ends quickly
// and leaves the last model as it was.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catchAll, debug, inject, tab } from '../support/flows';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir } from '../support/pack';
import { sleep, until } from '../support/wait';

/** Closing nodes may take this long (the promise of the README), starting the new ones comes on top. */
const FOREVER = 100_000;

const spectrogram = (id: string, wires: string[][]): FlowEntry => ({
  id,
  type: 'spectrogram',
  z: 'tab',
  wires,
  melBands: 64,
  frames: 32,
  fftSize: 1024,
  hopLength: 512,
});

const trainer = (id: string, epochs: number, model = 'model'): FlowEntry => ({
  id,
  type: 'vae-train',
  z: 'tab',
  wires: [['trained'], []],
  model,
  preset: 'compact',
  epochs,
  seed: 1,
  earlyStopping: 'none',
});

/** Trains on the bundled recordings of a running tap and scores the test recordings of it. */
const flowOf = (epochs: number): FlowEntry[] => [
  tab('tab'),
  { id: 'model', type: 'audio-model', name: 'Tap', folder: 'audio-models' },
  inject('learn', 'tab', [['normal']]),
  { id: 'normal', type: 'wav-folder', z: 'tab', wires: [['picture']], folder: 'earshot:tap/normal', segmentSeconds: 1 },
  spectrogram('picture', [['train']]),
  trainer('train', epochs),
  inject('stop', 'tab', [['train']], { stop: true }),
  debug('trained', 'tab', 'payload'),
  inject('judge', 'tab', [['recordings']]),
  {
    id: 'recordings',
    type: 'wav-folder',
    z: 'tab',
    wires: [['pictures']],
    folder: 'earshot:tap/test',
    segmentSeconds: 1,
  },
  spectrogram('pictures', [['score']]),
  { id: 'score', type: 'vae-score', z: 'tab', wires: [['scored']], model: 'model', score: 'rl' },
  debug('scored', 'tab', 'payload'),
  catchAll('any error', 'tab', [['problem']]),
  debug('problem', 'tab', 'error.message'),
];

describe('training that is disturbed', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let firstModel: string;

  before(async () => {
    nodeRed = await NodeRed.start(await installedUserDir());
    await nodeRed.deploy(flowOf(1));
    await nodeRed.inject('learn');
    await nodeRed.debug('trained', { timeout: 60_000 });
    firstModel = checksumOf(modelFiles()[0]);
  });

  after(async () => {
    await nodeRed?.stop();
  });

  const modelFolder = () => join(nodeRed.userDir, 'audio-models');
  const filesBelow = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name));
  const modelFiles = () => filesBelow(modelFolder()).filter(file => file.endsWith('.safetensors'));
  const checksumOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

  /** Starts a training that would last for hours and waits until it is under way. */
  async function train(): Promise<void> {
    const from = nodeRed.events.items.length;
    await nodeRed.inject('learn');
    await nodeRed.status('train', /training (?!1\/)\d+\/\d/, { timeout: 60_000, from });
  }

  /** The model is as it was and soon nothing else lies beside it: no temporary file, no spool, no lock. */
  async function assertModelUntouched(): Promise<void> {
    assert.deepEqual(modelFiles().map(checksumOf), [firstModel]);
    await until('model alone in its folder', () => filesBelow(modelFolder()).length === 1);
  }

  /** Scores the test recordings; returns how many scores came. */
  async function scores(count: number): Promise<string[]> {
    const from = nodeRed.events.items.length;
    await nodeRed.inject('judge');
    const events = await nodeRed.events.take(
      'score',
      count,
      ({ topic, data }) => topic === 'debug' && data.id === 'scored',
      { from, timeout: 30_000 },
    );
    return events.map(({ data }) => String(data.msg));
  }

  it('ends with a redeploy; the last model goes on scoring', async () => {
    await nodeRed.deploy(flowOf(FOREVER));
    await train();
    const took = await nodeRed.deploy(flowOf(FOREVER));
    console.log(`      redeploy during training: ${took.toFixed(0)} ms`);
    await assertModelUntouched();
    for (const score of await scores(6)) assert.ok(Number.isFinite(Number(score)), score);
  });

  it('goes on when another node of the flow is redeployed', async () => {
    await train();
    const from = nodeRed.events.items.length;
    const changed = flowOf(FOREVER).map(node => (node.id === 'scored' ? { ...node, name: 'renamed' } : node));
    await nodeRed.deploy(changed, 'nodes');
    await nodeRed.status('train', /\d/, { from });
    const rows = nodeRed.statusesOf('train').length;
    await until('further progress', () => nodeRed.statusesOf('train').length > rows + 1, { timeout: 10_000 });
  });

  it('refuses a second trainer on the same model, naming the reason, while the first goes on', async () => {
    const from = nodeRed.events.items.length;
    const second = [trainer('second', FOREVER), spectrogram('picture 2', [['second']])];
    const normal = { ...flowOf(FOREVER).find(node => node.id === 'normal'), id: 'normal 2', wires: [['picture 2']] };
    const flow = [...flowOf(FOREVER), ...second, normal as FlowEntry, inject('learn 2', 'tab', [['normal 2']])];
    await nodeRed.deploy(flow);
    await train();
    await nodeRed.inject('learn 2');
    const { msg } = await nodeRed.debug('problem', { from });
    assert.match(String(msg), /is being trained by .* expected one trainer at a time/);
    await sleep(500);
    const last = nodeRed.statusesOf('train').at(-1);
    assert.match(String(last), /\d/);
    assert.deepEqual(modelFiles().map(checksumOf), [firstModel]);
  });

  it('is cancelled by msg.stop, and another training can follow', async () => {
    await nodeRed.deploy(flowOf(FOREVER));
    await train();
    const from = nodeRed.events.items.length;
    await nodeRed.inject('stop');
    await nodeRed.status('train', /cancel|stop/i, { from });
    await assertModelUntouched();
    await train();
    await nodeRed.inject('stop');
    await assertModelUntouched();
  });

  it('ends with Node-RED; after the restart the last model scores as before', async () => {
    await nodeRed.deploy(flowOf(FOREVER));
    const before = await scores(6);
    await train();
    const took = await nodeRed.stop();
    console.log(`      shutdown during training: ${took.toFixed(0)} ms`);
    await assertModelUntouched();
    nodeRed = await NodeRed.start(nodeRed.userDir);
    assert.deepEqual(await scores(6), before);
  });

  it('leaves the model whole when Node-RED is killed; what the dead left behind is cleared away', async () => {
    await train();
    nodeRed.program.signal('SIGKILL');
    await nodeRed.program.ended;
    assert.deepEqual(modelFiles().map(checksumOf), [firstModel]);
    nodeRed = await NodeRed.start(nodeRed.userDir);
    assert.equal((await scores(6)).length, 6);
    await train();
    const from = nodeRed.events.items.length;
    await nodeRed.inject('stop');
    await nodeRed.status('train', /cancel|stop/i, { from });
    await assertModelUntouched();
  });

  it('says what to do where the audio model is missing', async () => {
    const from = nodeRed.events.items.length;
    const flow = flowOf(1).map(node => (node.model ? { ...node, model: 'gone' } : node));
    await nodeRed.deploy(flow);
    for (const id of ['train', 'score']) await nodeRed.status(id, /audio model/i, { from });
    await nodeRed.inject('judge');
    const { msg } = await nodeRed.debug('problem', { from });
    assert.match(String(msg), /audio model gone is missing/);
  });

  it('refuses a damaged model file, naming it, and uses the last good version', async () => {
    await nodeRed.deploy(flowOf(1));
    const before = await scores(6);
    const [good] = modelFiles();
    const damaged = good.replace(/v0*1\./, 'v0009.');
    assert.notEqual(damaged, good);
    writeFileSync(damaged, readFileSync(good).subarray(0, 5000));
    assert.ok(existsSync(damaged));
    const from = nodeRed.program.lines.items.length;
    await nodeRed.deploy(flowOf(1));
    assert.deepEqual(await scores(6), before);
    const said = nodeRed.program.lines.items.slice(from).join('\n');
    assert.match(said, /v0009\.safetensors/);
  });
});
