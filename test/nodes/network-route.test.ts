// What vae-train's edit dialog asks the runtime: the layers and the size of a network, or why it does not fit.
import assert from 'node:assert/strict';
import { type NetworkSummary, summariseNetwork } from '#nodes/vae-train/network-route';
import { ADMIN_AUTH, asking, startAdmin } from '../support/admin';

const custom = (rest: object = {}) => ({
  ...{ preset: 'custom', filters: '8,16', kernels: '3,5', strides: '2,2', latentDim: '4', bins: '64', frames: '32' },
  ...rest,
});

describe('the summary of a network', () => {
  it('names every layer with its shape and counts what is learnt', () => {
    const { layers, parameters, trainingBytes } = summariseNetwork(custom());
    assert.deepEqual(layers, [
      'input 64×32×1',
      'conv 3×3 /2 → 32×16×8',
      'conv 5×5 /2 → 16×8×16',
      'dense → μ, log σ² (4)',
      'dense → 16×8×16',
      'transposed conv 5×5 /2 → 32×16×16',
      'transposed conv 3×3 /2 → 64×32×1',
    ]);
    const encoder = 9 * 8 + 8 + 25 * 8 * 16 + 16;
    const heads = 2 * (16 * 8 * 16 + 1) * 4;
    const bridge = (4 + 1) * 16 * 8 * 16;
    // The mirrored decoder keeps the channels of the encoder's layer, as its source does.
    const decoder = 25 * 16 * 16 + 16 + 9 * 16 + 1;
    assert.equal(parameters, encoder + heads + bridge + decoder);
    assert.ok(trainingBytes > 16 * parameters && trainingBytes < 100 * 2 ** 20, `${trainingBytes} bytes`);
  });

  it('follows the latent size and batch norm of presets too, and a plain autoencoder', () => {
    const { layers } = summariseNetwork({ preset: 'compact', latentDim: 5, batchNorm: 'true', variational: 'false' });
    assert.ok(layers.includes('dense → 5'), layers.join('\n'));
    assert.ok(layers[1].endsWith('+ batch norm'));
  });

  const misfits: [string, object, RegExp][] = [
    ['lists of different lengths', { strides: '2' }, /filters has 2 numbers, kernels 2 and strides 1/],
    [
      'strides that shrink the picture to nothing',
      { strides: '16,16' },
      /stride 16 of layer 2 leaves nothing of a 4×2/,
    ],
    [
      'what is no list of numbers',
      { filters: '8;16' },
      /filters is "8;16"; expected at most 12 whole numbers from 1 to 2048/,
    ],
    [
      'more layers than there may be',
      { filters: Array(13).fill(2).join() },
      /filters is "2,2.*"; expected at most 12 whole numbers/,
    ],
    ['a training that no machine holds', { filters: '2048,2048', bins: 8192, frames: 8192 }, /takes \d+ MB.*Choose/],
    ['pictures of no size', { bins: 0 }, /bins is number 0|bins is "?0"?; expected a whole number from 1/],
  ];
  for (const [what, query, expected] of misfits) {
    it(`says why not: ${what}`, () => assert.throws(() => summariseNetwork(custom(query)), expected));
  }
});

describe('the route to the summary', () => {
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => `${running.url}/audio-anomaly`);
  const query = new URLSearchParams(custom()).toString();

  before(async function () {
    this.timeout(90_000);
    const flow = [
      { id: 'tab', type: 'tab', label: 'Test' },
      { id: 'train', type: 'vae-train', z: 'tab', wires: [[], []] },
    ];
    running = await startAdmin(flow, ADMIN_AUTH);
  });
  after(() => running?.program.stop());

  it('is closed to strangers', async () => {
    assert.equal((await ask('GET', `/network?${query}`)).status, 401);
    assert.equal((await ask('GET', `/network?${query}`, 'stolen')).status, 401);
  });

  it('answers a reader', async () => {
    const { status, body } = await ask('GET', `/network?${query}`, 'reader');
    assert.equal(status, 200);
    assert.deepEqual((body as unknown as NetworkSummary).layers, summariseNetwork(custom()).layers);
  });

  it('says in words what does not fit', async () => {
    const { status, body } = await ask('GET', `/network?${query}&preset=large`, 'reader');
    assert.equal(status, 200);
    assert.match(String(body.problem), /preset is an array of 2/);
    const wrong = await ask('GET', '/network?preset=custom&filters=1,2,3', 'reader');
    assert.match(String(wrong.body.problem), /filters has 3 numbers, kernels 4/);
  });
});
