// Shapes of the networks, what they are made from, and what is refused.
import assert from 'node:assert/strict';
import { networkDefaults } from '#src/detectors/vae/defaults';
import { buildArchitecture, describeArchitecture, type NetworkOptions } from '#src/engine/architecture';
import { availableBytes, microBatchSize } from '#src/engine/memory-budget';
import { parameterCount } from '#src/engine/parameters';
import { planNetwork } from '#src/engine/plan';
import { createMemory } from '#src/engine/wasm';

const custom = (rest: Partial<NetworkOptions>): NetworkOptions => ({
  ...networkDefaults('compact'),
  preset: 'custom',
  ...rest,
});

describe('architecture', () => {
  it('brings an example back at its own size, whatever the stride', () => {
    for (const [bins, frames] of [
      [513, 128],
      [128, 32],
      [127, 61],
    ]) {
      const { decoder, encoder } = buildArchitecture([bins, frames], custom({}));
      assert.deepEqual(decoder.at(-1)?.fine, [bins, frames, 1]);
      assert.deepEqual(decoder[0].coarse.slice(0, 2), encoder.at(-1)?.coarse.slice(0, 2));
    }
  });

  it('mirrors the encoder: each decoder layer ends where the next begins', () => {
    for (const preset of ['compact', 'office', 'mirrored'] as const) {
      const { bridge, decoder } = buildArchitecture([513, 128], networkDefaults(preset));
      let grid = bridge;
      for (const layer of decoder) {
        assert.deepEqual(layer.coarse, grid);
        grid = layer.fine;
      }
    }
  });

  it('has the parameters of the office system', () => {
    // Keras: conv 320 + 18,496; heads 2 · (4,202,496 · 8 + 8); decoder dense 8 · 65,664 + 65,664; transposed
    // convolutions 640, 18,464 and 289.
    const expected = 320 + 18_496 + 2 * (4_202_496 * 8 + 8) + 9 * 65_664 + 640 + 18_464 + 289;
    assert.equal(parameterCount(buildArchitecture([513, 128], networkDefaults('office'))), expected);
  });

  it('is described in words', () => {
    const lines = describeArchitecture(buildArchitecture([128, 128], networkDefaults('compact')));
    assert.equal(lines[1], 'conv 3×3 /2 → 64×64×16');
    assert.equal(lines.at(-1), 'transposed conv 3×3 /2 → 128×128×1');
  });

  it('refuses lists of different lengths, naming them', () => {
    assert.throws(() => buildArchitecture([16, 16], custom({ strides: [2] })), /filters has 4 numbers.*strides 1/);
  });

  it('refuses strides that shrink a feature map to nothing, naming the layer', () => {
    const options = custom({ filters: [4, 4], kernels: [3, 3], strides: [16, 16] });
    assert.throws(
      () => buildArchitecture([64, 64], options),
      /stride 16 of layer 2 leaves nothing of a 4×4 feature map/,
    );
  });

  it('takes batches apart that would not fit into memory', () => {
    const office = buildArchitecture([513, 128], networkDefaults('office'));
    const micro = microBatchSize(office, 32, 2, 8 * 2 ** 30);
    assert.ok(micro >= 2 && micro < 32, `${micro}`);
    assert.ok(planNetwork(office, { batch: micro, threads: 2, training: true }).bytes < 2 * 2 ** 30);
    assert.ok(microBatchSize(office, 32, 2, 1.4 * 2 ** 30) < micro);
  });

  it('keeps a batch whole for batch norm while it fits at all', () => {
    const mirrored = buildArchitecture([128, 128], networkDefaults('mirrored'));
    assert.equal(microBatchSize(mirrored, 64, 2, 16 * 2 ** 30), 64);
    assert.ok(microBatchSize(mirrored, 64, 2, 2 ** 30) < 64);
  });

  it('refuses what does not fit, saying how much is needed and what to change', () => {
    const office = buildArchitecture([513, 128], networkDefaults('office'));
    assert.throws(
      () => microBatchSize(office, 32, 1, 600 * 2 ** 20),
      /takes 1\d\d\d MB, and 600 MB are free; .* Choose the compact network/,
    );
    assert.throws(() => createMemory(5 * 2 ** 30), /needs 5120 MB; expected at most 4096 MB/);
    assert.ok(availableBytes() > 2 ** 20);
  });
});
