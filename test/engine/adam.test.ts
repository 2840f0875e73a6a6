// One parameter block through Adam's update, against the algorithm in plain double precision.
import assert from 'node:assert/strict';
import { buildArchitecture } from '#src/engine/architecture';
import { ADAM } from '#src/engine/conventions';
import { Engine } from '#src/engine/engine';
import { Random } from '#src/stats/random';
import { small } from './examples';

const LEARNING_RATE = 1e-2;
const GRADIENT_SCALE = 0.8;

describe('Adam', () => {
  for (const weightDecay of [0, 5e-4, 0.3]) {
    it(`with weight decay ${weightDecay} moves every parameter as the algorithm says, three steps on`, async () => {
      const engine = await Engine.create(buildArchitecture([9, 10], small), { batch: 2, training: true });
      const random = new Random(8);
      engine.initialise(random);
      const expected = new Map(Object.entries(engine.parameters()).map(([name, { data }]) => [name, { p: [...data] }]));
      const memory = new Map([...expected].map(([name, { p }]) => [name, { m: p.map(() => 0), v: p.map(() => 0) }]));
      for (let t = 1; t <= 3; t++) {
        engine.input.forEach((_, i) => {
          engine.input[i] = random.uniform();
        });
        engine.gradients(2, true, 1, 0.1, random);
        engine.reduce();
        for (const [name, { data }] of Object.entries(engine.gradientTensors())) {
          const { p } = expected.get(name)!;
          const { m, v } = memory.get(name)!;
          data.forEach((gradient, i) => {
            const g = gradient * GRADIENT_SCALE + weightDecay * p[i];
            m[i] = ADAM.beta1 * m[i] + (1 - ADAM.beta1) * g;
            v[i] = ADAM.beta2 * v[i] + (1 - ADAM.beta2) * g * g;
            const rate = (LEARNING_RATE * Math.sqrt(1 - ADAM.beta2 ** t)) / (1 - ADAM.beta1 ** t);
            p[i] -= (rate * m[i]) / (Math.sqrt(v[i]) + ADAM.epsilon);
          });
        }
        engine.update(LEARNING_RATE, GRADIENT_SCALE, weightDecay);
      }
      const got = engine.parameters();
      for (const [name, { p }] of expected) {
        p.forEach((value, i) => {
          assert.ok(
            Math.abs(got[name].data[i] - value) < 2e-5,
            `${name}[${i}]: ${got[name].data[i]}, expected ${value}`,
          );
        });
      }
      await engine.close();
    });
  }
});
