// Our side of bench/engine.mjs, driven like engine-peer.py: lines of JSON on stdin, one argument of JSON settings.
import { createInterface } from 'node:readline';
import { Engine } from '../dist/src/ml/engine.js';
import { Random } from '../dist/src/ml/random.js';

const { architecture, batch, threads, rlWeight } = JSON.parse(process.argv[2]);
const random = new Random(1);
const fill = values => {
  for (let i = 0; i < values.length; i++) values[i] = random.uniform();
};

let trainer;
let scorer;

async function step() {
  if (!trainer) {
    trainer = await Engine.create(architecture, { batch, threads, training: true });
    trainer.initialise(random);
    fill(trainer.input);
  }
  const started = performance.now();
  trainer.gradients(batch, true, rlWeight / (batch * trainer.pixels), 1 / batch, random);
  trainer.reduce();
  trainer.update(1e-3, 1);
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

for await (const line of createInterface({ input: process.stdin })) {
  const { cmd } = JSON.parse(line);
  if (cmd === 'rss') console.log(JSON.stringify({ mb: process.resourceUsage().maxRSS / 1024 }));
  else console.log(JSON.stringify({ ms: cmd === 'step' ? await step() : await infer() }));
}
await trainer?.close();
await scorer?.close();
