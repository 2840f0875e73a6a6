// How long a training will take, as the dialog of vae-train says it: held against a real training.
import assert from 'node:assert/strict';
import { measureTime } from '#nodes/vae-train/time-estimate-route';
import { readVaeTrain } from '#nodes/vae-train/vae-train-config';
import { train } from '#src/detectors/vae/train';
import { stripes } from '../engine/examples';
import { frontEnd } from '../support/spectrograms';

const FIELDS = {
  ...{ preset: 'custom', filters: '8,16', kernels: '3,3', strides: '2,2', latentDim: 4, batchSize: 16 },
  ...{ bins: 64, frames: 64 },
};
const never = new AbortController().signal;

describe('the pace of a training', function () {
  this.timeout(60_000);

  it('foretells a real training', async () => {
    const { typical, least, most, threads } = (await measureTime(FIELDS, never))!;
    assert.ok(least > 0 && least <= typical && typical <= most, `${least} ${typical} ${most}`);
    const { network, options } = readVaeTrain(FIELDS);
    const [pictures, epochs] = [96, 12];
    const source = stripes(pictures, 64, 64);
    const settings = { ...options, epochs, threads };
    const { engine, seconds } = await train(
      source,
      frontEnd([64, 64]),
      network,
      settings,
      () => {},
      () => false,
    );
    await engine.close();
    const foretold = typical * pictures * epochs;
    console.log(`      foretold ${foretold.toFixed(2)} s, took ${seconds.toFixed(2)} s`);
    // Others may compute beside one of the two: how close it is, bench/ tells.
    assert.ok(seconds < 20 * foretold && seconds > foretold / 20, `${foretold} s foretold, ${seconds} s taken`);
  });

  it('is known afterwards, without measuring again', async () => {
    const first = await measureTime(FIELDS, never);
    assert.equal(await measureTime(FIELDS, never), first, 'the very same answer');
  });

  it('is measured with as many threads as the model trains with', async () => {
    const fields = { ...FIELDS, latentDim: 3 };
    assert.equal((await measureTime({ ...fields, threads: 1 }, never))?.threads, 1);
    assert.equal((await measureTime({ ...fields, threads: 2 }, never))?.threads, 2);
    await assert.rejects(measureTime({ ...fields, threads: 65 }, never), /threads is number 65/);
  });

  it('is measured once at a time, and given up when nobody waits for it', async () => {
    const leave = new AbortController();
    const first = measureTime({ ...FIELDS, latentDim: 5 }, leave.signal);
    await assert.rejects(measureTime({ ...FIELDS, latentDim: 6 }, never), { code: 'busy' });
    leave.abort();
    assert.equal(await first, undefined);
  });

  it('is not measured of a network that does not fit', async () => {
    await assert.rejects(measureTime({ ...FIELDS, filters: '1,2,3' }, never), /filters has 3 numbers/);
  });
});
