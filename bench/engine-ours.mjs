// Our side of bench/engine.mjs, driven like engine-peer.py: lines of JSON on stdin, one argument of JSON settings.
import { createInterface } from 'node:readline';
import { Engine } from '../dist/src/engine/engine.js';
import { microBatchSize } from '../dist/src/engine/memory-budget.js';
import { Random } from '../dist/src/stats/random.js';

const { architecture, batch, threads, rlWeight } = JSON.parse(process.argv[2]);
/** Pictures that go through at once: as in a real training, no more than the memory has room for. */
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

/** One update by `count` pictures. */
function update(count) {
  for (let done = 0; done < count; done += atOnce) {
    const part = Math.min(atOnce, count - done);
    trainer.gradients(part, done === 0, rlWeight / (count * trainer.pixels), 1 / count, random);
  }
  trainer.reduce();
  trainer.update(1e-3, 1);
}

async function step() {
  await prepare();
  const started = performance.now();
  update(batch);
  return performance.now() - started;
}

/** One epoch over `segments` pictures. */
async function epoch(segments) {
  await prepare();
  const started = performance.now();
  for (let done = 0; done < segments; done += batch) update(Math.min(batch, segments - done));
  return performance.now() - started;
}

async function infer() {
  if (!scorer) {
    scorer = await Engine.create(architecture, { batch: 1 });
    scorer.initialise(random);
    fill(scorer.input);
  }
  const started = performance.now();
  scorer.score(1);
  return performance.now() - started;
}

const commands = { step, infer, epoch };
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, segments } = JSON.parse(line);
  if (cmd === 'rss') console.log(JSON.stringify({ mb: process.resourceUsage().maxRSS / 1024 }));
  else console.log(JSON.stringify({ ms: await commands[cmd](segments) }));
}
await trainer?.close();
await scorer?.close();
