// CONTRIBUTING.md says how to add a node: this adds it so, in a copy of the sources, and lets a Node-RED run it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bufferOf, floatsOf } from '#src/messages';
import { NodeRed } from '../support/node-red';
import { PACKAGE_ROOT } from '../support/pack';
import { tempFolder } from '../support/temp';

const PACKAGE = '@earshot/node-red-audio-anomaly';
/** What the build reads. */
const SOURCES = ['nodes', 'src', 'ui', 'kernels', 'scripts', 'package.json', 'tsconfig.json', 'docs/nodes'];

interface Step {
  file: string;
  content: string;
}

/** The files that the steps name, with what stands in the block of code after each name. */
function stepsIn(text: string): Step[] {
  const blocks = text.matchAll(/^ {3}`(nodes\/[^`]+)`\n\n {3}```\w+\n([\s\S]*?)^ {3}```$/gm);
  return [...blocks].map(([, file, code]) => ({ file, content: code.replace(/^ {3}/gm, '') }));
}

describe('adding a node as CONTRIBUTING.md says', function () {
  this.timeout(120_000);
  const text = readFileSync(join(PACKAGE_ROOT, 'CONTRIBUTING.md'), 'utf8');
  const steps = stepsIn(text);
  let root: string;
  let nodeRed: NodeRed;

  const node = (...args: string[]): void => {
    execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe' });
  };

  before(async () => {
    root = tempFolder('sources');
    for (const name of SOURCES) cpSync(join(PACKAGE_ROOT, name), join(root, name), { recursive: true });
    cpSync(join(PACKAGE_ROOT, 'dist', 'kernels'), join(root, 'dist', 'kernels'), { recursive: true });
    symlinkSync(join(PACKAGE_ROOT, 'node_modules'), join(root, 'node_modules'));
    for (const { file, content } of steps) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), content);
    }
    const [, type, built] = /`"(\w+)": "(dist\/nodes\/[^"]+)"`/.exec(text)!;
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    manifest['node-red'].nodes[type] = built;
    writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
    node('scripts/build.mjs', 'ts');
    node('scripts/node-pages.mjs');
    const userDir = tempFolder('userdir');
    mkdirSync(join(userDir, 'node_modules', '@earshot'), { recursive: true });
    symlinkSync(root, join(userDir, 'node_modules', PACKAGE));
    writeFileSync(join(userDir, 'package.json'), JSON.stringify({ dependencies: { [PACKAGE]: '*' } }));
    nodeRed = await NodeRed.start(userDir);
  });
  after(() => nodeRed?.stop());

  it('takes the files of its folder, and a line in package.json', () => {
    const files = steps.map(({ file }) => file);
    console.log(`        ${files.length + 1} files touched: ${files.join(', ')}, package.json`);
    assert.equal(files.length, 5);
    assert.ok(files.every(file => file.startsWith('nodes/louder/')));
  });

  it('passes the compiler', () => {
    const tsc = join(dirname(createRequire(__filename).resolve('typescript/package.json')), 'bin', 'tsc');
    const settings = { extends: './tsconfig.json', include: ['nodes/louder/*.ts'] };
    writeFileSync(join(root, 'louder.json'), JSON.stringify(settings));
    node(tsc, '-p', 'louder.json');
  });

  it('brings a page with its settings', () => {
    const page = readFileSync(join(root, 'docs', 'nodes', 'louder.md'), 'utf8');
    assert.match(page, /\| Gain \| `gain` \| 6 \| [^|]*−?-?60[^|]*60[^|]*\| How much louder; below 0 softer\. \|/);
  });

  it('is a node that Node-RED loads and shows, with its help', async () => {
    const sets = await nodeRed.nodeSets(PACKAGE);
    const louder = sets.find(({ types }) => types.includes('louder'));
    assert.deepEqual([louder?.enabled, louder?.err], [true, undefined]);
    const pages = await fetch(`${nodeRed.url}/nodes`, { headers: { Accept: 'text/html' } });
    const html = await pages.text();
    assert.match(html, /RED\.nodes\.registerType\('louder', \{\s+category: 'audio anomaly'/);
    assert.match(html, /id="node-input-gain"[^>]*min="-60"[^>]*max="60"/);
    assert.match(html, /data-help-name="louder"[\s\S]*Makes a segment of sound louder/);
  });

  it('does its work, and refuses what is out of range', async () => {
    const sound = bufferOf(Float32Array.of(0.1, -0.2)).toString('base64');
    const func = `msg.payload = Buffer.from('${sound}', 'base64'); msg.audio = { sampleRate: 8000, samples: 2, seconds: 1 / 4000,
      startedAt: 0, source: 'test', sequence: 0, overruns: 0 }; return msg;`;
    const back = "msg.payload = msg.payload.toString('base64'); return msg;";
    const at = { z: 'tab' };
    await nodeRed.deploy([
      { id: 'tab', type: 'tab', label: 'Test' },
      { id: 'ask', type: 'inject', ...at, props: [], repeat: '', once: false, wires: [['make']] },
      { id: 'make', type: 'function', ...at, func, outputs: 1, wires: [['right', 'wrong']] },
      { id: 'right', type: 'louder', ...at, gain: 20, wires: [['text']] },
      { id: 'wrong', type: 'louder', ...at, gain: 100, wires: [['text']] },
      { id: 'text', type: 'function', ...at, func: back, outputs: 1, wires: [['shown']] },
      {
        id: 'shown',
        type: 'debug',
        ...at,
        active: true,
        tosidebar: true,
        complete: 'payload',
        targetType: 'msg',
        wires: [],
      },
    ]);
    await nodeRed.inject('ask');
    const { msg } = await nodeRed.debug('shown');
    const [a, b] = floatsOf(Buffer.from(String(msg), 'base64'));
    assert.ok(Math.abs(a - 1) < 1e-6 && Math.abs(b + 2) < 1e-6, `${a}, ${b}`);
    assert.ok(nodeRed.complaints().some(line => /gain is number 100; expected a number from -60 to 60 dB/.test(line)));
  });
});
