// What the Node-RED library's scorecard (`node-red-dev validate`) reads off the package and no other test here holds,
// without its questions to the registry and the catalogue: docs/decisions.md, 21, says what those leave open.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NODE_RED_5 } from '../support/generations';
import { PACKAGE_ROOT } from '../support/pack';
import { requireSystem } from '../support/system';

interface NodeRedManifest {
  version: string;
  engines: { node: string };
}

const load = createRequire(__filename);
const { satisfies, minVersion } = createRequire(load.resolve('node-red/package.json'))('semver') as {
  satisfies(version: unknown, range: string): boolean;
  minVersion(range: string): unknown;
};
const manifest = load('../../package.json');
const nodes = Object.entries<string>(manifest['node-red'].nodes);

/** Types registered by the scripts below a folder. */
function typesRegisteredIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.js'))
    .flatMap(name => [...readFileSync(join(folder, name), 'utf8').matchAll(/registerType\(\s*["']([^"']+)["']/g)])
    .map(match => match[1]);
}

describe('the scorecard of the Node-RED library', () => {
  it('finds a scoped name (P04)', () => {
    assert.match(manifest.name, /^@[a-z\d][\w.-]+\/[a-z\d][\w.-]*$/);
  });

  it('finds the package fit for the Node-RED of today, on the oldest Node.js that it runs on (P06, P07)', function () {
    requireSystem(this, ...NODE_RED_5.needs);
    const { version, engines } = load(join(NODE_RED_5.nodeRed, 'package.json')) as NodeRedManifest;
    assert.ok(satisfies(version, manifest['node-red'].version), version);
    assert.ok(satisfies(minVersion(engines.node), manifest.engines.node), engines.node);
  });

  it('can read what each form defines: a type and a category written out, in a script that is called one (N01, N02)', () => {
    for (const [type, file] of nodes) {
      const html = readFileSync(join(PACKAGE_ROOT, file.replace(/\.js$/, '.html')), 'utf8');
      const scripts = [...html.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\s\S]*?)<\/script>/gi)];
      const definition = new RegExp(`\\.registerType\\('${type}', \\{\\s+category: '(config|audio anomaly)',`);
      assert.ok(
        scripts.some(([, script]) => definition.test(script)),
        type,
      );
    }
  });

  it('finds no type twice, among ours and those that Node-RED brings (N01)', () => {
    const core = join(dirname(load.resolve('@node-red/nodes/package.json')), 'core');
    const theirs = typesRegisteredIn(core);
    assert.ok(theirs.includes('inject'));
    const types = [...nodes.map(([type]) => type), ...theirs];
    assert.deepEqual(
      types.filter((type, i) => types.indexOf(type) !== i && nodes.some(([own]) => own === type)),
      [],
    );
  });
});
