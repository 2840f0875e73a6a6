// Our side of bench/engine.mjs, driven like engine-peer.py: lines of JSON on stdin, one argument of JSON settings.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Random } from '../dist/src/stats/random.js';

const { engine, architecture, batch, threads, rlWeight } = JSON.parse(process.argv[2]);
const { Engine } = await import(join(engine, 'engine.js'));
const { microBatchSize } = await import(join(engine, 'memory-budget.js'));
/** Examples that go through at once: as in a real training, no more than the memory has room for. */
const atOnce = microBatchSize(architecture, batch, threads);
const random = new Random(1);
const fill = values => {
  for (let i = 0; i < values.length; i++) values[i] = random.uniform();
};

let trainer;
let scorer;

async function prepare() {
  if (trainer) return;
  trainer = await Engine.create(architecture, { batch: atOnce, threads, training: true });
  trainer.initialise(random);
  fill(trainer.input);
}

/** One update by `count` examples. */
function update(count) {
  for (let done = 0; done < count; done += atOnce) {
    const part = Math.min(atOnce, count - done);
    trainer.gradients(part, done === 0, rlWeight / (count * trainer.pixels), 1 / count, random);
  }
  trainer.reduce();
  trainer.update(1e-3, 1);
}

/** Wall and processor time of some work, all threads together. */
function timed(work) {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}

async function step() {
  await prepare();
  return timed(() => update(batch));
}

/** One epoch over `segments` examples. */
async function epoch(segments) {
  await prepare();
  return timed(() => {
    for (let done = 0; done < segments; done += batch) update(Math.min(batch, segments - done));
  });
}

async function infer() {
  if (!scorer) {
    scorer = await Engine.create(architecture, { batch: 1 });
    scorer.initialise(random);
    fill(scorer.input);
  }
  return timed(() => scorer.score(1));
}

const commands = { step, infer, epoch };
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, segments } = JSON.parse(line);
  if (cmd === 'rss') console.log(JSON.stringify({ mb: process.resourceUsage().maxRSS / 1024 }));
  else console.log(JSON.stringify(await commands[cmd](segments)));
}
await trainer?.close();
await scorer?.close();
