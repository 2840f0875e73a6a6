// `npm start` as a person meets it: a demo that finds free ports, runs by itself on the first start, keeps what was
// changed on later ones, starts over when asked, and ends cleanly.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';
import { Program } from '../support/processes';
import { tempFolder } from '../support/temp';

const START = join(PACKAGE_ROOT, 'scripts', 'start.mjs');
/** From the command to the first decision, on two cores. */
const FIRST_DECISION_LIMIT_MS = 180_000;

interface FlowNode {
  id: string;
  type: string;
  name?: string;
}

describe('npm start', function () {
  this.timeout(300_000);
  const folder = tempFolder('demo');
  let program: Program;
  let url = '';
  let taken: Server;
  let startedAt = 0;

  const start = async (...args: string[]): Promise<void> => {
    startedAt = performance.now();
    program = await Program.start(process.execPath, [START, '--folder', folder, ...args], { cwd: PACKAGE_ROOT });
    const line = await program.line('address of the editor', /Node-RED editor/, 90_000);
    [url] = /http:\/\/\S+/.exec(line) as RegExpExecArray;
    await program.line('end of the welcome', /Ctrl-C ends everything/);
  };
  const flows = async () => (await (await fetch(`${url}/flows`)).json()) as FlowNode[];

  before(async () => {
    taken = createServer();
    // In use already where another Node-RED runs: as good for the test.
    await new Promise(resolve => taken.once('error', resolve).listen(1880, '127.0.0.1', () => resolve(undefined)));
  });

  after(async () => {
    await program?.stop();
    taken.close();
  });

  it('takes the next port when 1880 is taken, and says so', async () => {
    await start();
    assert.doesNotMatch(url, /:1880$/);
    assert.match(program.output, /port 1880 is taken/);
    assert.equal((await fetch(url)).status, 200);
  });

  it('trains and decides by itself, within three minutes from the command', async () => {
    const damaged = /MQTT earshot\/motor\/alarm .*damaged_\d+\.flac/;
    await program.line('first alarm of the damaged propeller', damaged, FIRST_DECISION_LIMIT_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`      ${seconds.toFixed(1)} s from the command to the first alarm`);
    assert.ok(seconds * 1000 < FIRST_DECISION_LIMIT_MS);
    await program.line('summary', /MQTT earshot\/motor\/summary .*propeller-damaged: alarm in \d+ of 12 s/, 30_000);
  });

  it('refuses to run twice on one folder', async () => {
    const second = await Program.start(process.execPath, [START, '--folder', folder], { cwd: PACKAGE_ROOT });
    assert.equal((await second.ended).code, 1);
    assert.match(second.output, /already running at http/);
  });

  it('ends Node-RED and the broker on Ctrl-C', async () => {
    await program.stop(15_000, 'SIGINT');
    assert.equal((await program.ended).code, 0);
    await assert.rejects(fetch(url));
    assert.ok(!existsSync(join(folder, 'running.json')));
  });

  it('keeps what was changed, and starts no training by itself the second time', async () => {
    const file = join(folder, 'user', 'flows.json');
    const changed = (JSON.parse(readFileSync(file, 'utf8')) as FlowNode[]).map(node =>
      node.type === 'wav-folder' ? { ...node, name: 'changed by hand' } : node,
    );
    writeFileSync(file, JSON.stringify(changed));
    await start();
    assert.ok((await flows()).some(node => node.name === 'changed by hand'));
    assert.match(program.output, /the model you already have/);
    await program.stop(15_000, 'SIGINT');
  });

  it('starts over with --fresh, and puts the old flow aside', async () => {
    await start('--fresh');
    assert.ok(!(await flows()).some(node => node.name === 'changed by hand'));
    const previous = readFileSync(join(folder, 'previous', 'flows.json'), 'utf8');
    assert.match(previous, /changed by hand/);
  });
});
