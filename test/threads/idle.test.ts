// Threads do not keep a process alive that has nothing else to do, and end some seconds after their last user.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

function run(script: string): string {
  const options = { cwd: PACKAGE_ROOT, encoding: 'utf8', timeout: 30_000 } as const;
  const preamble = `const { quickTask, longTask } = require(${JSON.stringify(join(__dirname, 'tasks.cjs'))});
    const { processPool } = require('#src/threads/pool');`;
  return execFileSync(process.execPath, ['-e', `${preamble}\n${script}`], options).trim();
}

describe('a process with threads', () => {
  it('waits for an answer that it has asked for, and ends by itself with an idle pool', () => {
    const said = run(`quickTask.lane().ask(() => ({ order: { how: 'block', milliseconds: 200 } }))
      .then(() => console.log('answered'));`);
    assert.equal(said, 'answered');
  });

  it('waits for a job, and ends by itself after it', () => {
    assert.equal(run(`longTask.start({ how: 'tell' }).result.then(({ text }) => console.log(text));`), 'told');
  });

  it('has threads until some seconds after their last user has left', () => {
    const said = run(`(async () => {
        const count = () => processPool.threads.length;
        const lane = quickTask.lane();
        await lane.ask(() => ({ order: { how: 'answer' } }));
        lane.close();
        const next = quickTask.lane();
        const [atOnce] = [count()];
        await next.ask(() => ({ order: { how: 'answer' } }));
        next.close();
        const end = Date.now() + 20_000;
        while (count() > 0 && Date.now() < end) await new Promise(resolve => setTimeout(resolve, 100));
        console.log(atOnce, count());
      })();`);
    assert.equal(said, '1 0');
  });
});
