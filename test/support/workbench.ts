// What the tests in a browser share: of each generation of Node-RED one that runs the packed package, started for the
// first suite that uses it and stopped after the last. Each suite begins with its own flow in a browser of its own.
import assert from 'node:assert/strict';
import type { Suite } from 'mocha';
import { Editor } from './editor';
import { describeGenerations, type Generation } from './generations';
import { type FlowEntry, NodeRed } from './node-red';
import { installedUserDirFor } from './pack';
import { requireSystem } from './system';

/** What a suite works with; filled in before its first test. */
export interface Workbench {
  generation: Generation;
  nodeRed: NodeRed;
  editor: Editor;
}

interface Shared {
  started?: Promise<NodeRed>;
  /** Suites that still want it. */
  suites: number;
}

const shared = new Map<Generation, Shared>();

/**
 * A suite of tests in the editor, once with each of some generations of Node-RED. A test that fails leaves a picture and
 * no open dialog; the last test is that the browser's console has no error.
 * @param flow what is in the workspace at first
 */
export function describeInEditor(
  title: string,
  generations: readonly Generation[],
  flow: FlowEntry[],
  body: (this: Suite, bench: Workbench) => void,
): void {
  describeGenerations(title, generations, function (generation) {
    const bench = { generation } as Workbench;
    const own = shared.get(generation) ?? { suites: 0 };
    shared.set(generation, own);
    own.suites++;

    before(async function () {
      this.timeout(120_000);
      requireSystem(this, 'chromium');
      own.started ??= installedUserDirFor(generation).then(userDir => NodeRed.start(userDir, generation));
      bench.nodeRed = await own.started;
      await bench.nodeRed.deploy(flow);
      bench.editor = await Editor.open(bench.nodeRed.url, generation.name);
    });

    afterEach(async function () {
      if (this.currentTest?.state !== 'failed' || !bench.editor) return;
      await bench.editor.failed(this.currentTest.title);
      await bench.editor.closeDialogs();
    });

    after(async () => {
      await bench.editor?.close();
      if (--own.suites > 0) return;
      shared.delete(generation);
      await (await own.started)?.stop();
    });

    body.call(this, bench);

    it('leaves no error on the console of the browser', () => {
      assert.deepEqual(bench.editor.consoleErrors, []);
    });
  });
}
