// Where everything of a network lies in the shared memory. A plan is plain numbers, made once and read by every
// thread; each layer plans its own part (layers/).
import { type Architecture, type ConvSpec, volume } from './architecture';
import type { SharedPlan } from './context';
import { type ControlPlan, planControl } from './control';
import { type GradientPlace, TurningBuffers } from './gradient-places';
import { type BridgePlan, planBridge } from './layers/bridge';
import { type ConvPlan, type Direction, planConv } from './layers/conv';
import { type HeadsPlan, planHeads } from './layers/heads';
import { type LatentPlan, planLatent } from './layers/latent';
import { type OutputPlan, planOutput } from './layers/output';
import { MemoryLayout, type PlanOptions } from './memory-layout';
import { type OptimizerPlan, planOptimizer } from './optimizer';
import { type ParameterTable, parameterTable } from './parameters';

export interface NetworkPlan {
  architecture: Architecture;
  options: PlanOptions;
  shared: SharedPlan;
  control: ControlPlan;
  /** Address of the examples, [batch][input]. */
  input: number;
  encoder: ConvPlan[];
  heads: HeadsPlan;
  latent: LatentPlan;
  bridge: BridgePlan;
  decoder: ConvPlan[];
  output: OutputPlan;
  optimizer: OptimizerPlan;
  /** What the whole takes. */
  bytes: number;
}

/** Lays out a network; the same arguments give the same plan. */
export function planNetwork(architecture: Architecture, options: PlanOptions): NetworkPlan {
  const layout = new MemoryLayout(options);
  const table = parameterTable(architecture);
  const control = planControl(layout);
  const blocks = planBlocks(layout, architecture, table);
  const layers = planLayers(layout, architecture);
  const optimizer = planOptimizer(layout, table);
  const { address: scratch, bytesPerThread: scratchBytes } = layout.takeScratch();
  const shared = { options, table, ...blocks, scratch, scratchBytes };
  return { architecture, options, shared, control, ...layers, optimizer, bytes: layout.bytes };
}

function planBlocks(layout: MemoryLayout, { encoder, decoder }: Architecture, table: ParameterTable) {
  const { threads } = layout.options;
  const channels = [...encoder, ...decoder].flatMap(({ fine, coarse }) => [fine[2], coarse[2]]);
  return {
    barrier: layout.take(2 * 4),
    parameters: layout.floats(table.size),
    gradients: layout.trainingFloats(table.trainable),
    partials: layout.trainingFloats(table.shared * (threads - 1)),
    zeros: layout.floats(Math.max(...channels) + 8),
  };
}

function planLayers(layout: MemoryLayout, architecture: Architecture) {
  const { batch } = layout.options;
  const { latentDim, variational } = architecture;
  const [size, bridgeVolume] = [volume(architecture.input), volume(architecture.bridge)];
  const down = architecture.encoder.map(({ coarse }) => volume(coarse));
  const up = architecture.decoder.map(({ fine }) => volume(fine));
  const features = down[down.length - 1];
  const buffers = new TurningBuffers(layout, Math.max(size, ...down, ...up));
  // Of the bridge's output, then of the encoder's: the one is read before the other is written.
  const middle = { address: layout.trainingFloats(batch * Math.max(bridgeVolume, features)), shift: 0 };
  const encoderGradients = [...buffers.chain(down.slice(0, -1)), middle];
  const decoderGradients = buffers.chain(up);

  const input = layout.floats(batch * size);
  const encoder = planChain(layout, 'encoder', architecture.encoder, 'down', input, undefined, encoderGradients);
  const heads = planHeads(layout, features, (variational ? 2 : 1) * latentDim, lastOf(encoder).output, middle);
  const latent = planLatent(layout, architecture, heads);
  const bridge = planBridge(layout, latent, bridgeVolume, middle);
  const decoder = planChain(layout, 'decoder', architecture.decoder, 'up', bridge.output, middle, decoderGradients);
  const output = planOutput(layout, size, input, lastOf(decoder).output, lastOf(decoder).dOutput);
  return { input, encoder, heads, latent, bridge, decoder, output };
}

/**
 * @param dInput gradient of the first layer's input, if that is needed
 * @param dOutputs gradients of the layers' outputs
 */
function planChain(
  layout: MemoryLayout,
  name: string,
  specs: readonly ConvSpec[],
  direction: Direction,
  input: number,
  dInput: GradientPlace | undefined,
  dOutputs: readonly GradientPlace[],
): ConvPlan[] {
  const plans: ConvPlan[] = [];
  let from = input;
  for (const [i, spec] of specs.entries()) {
    const gradient = i === 0 ? dInput : dOutputs[i - 1];
    const plan = planConv(layout, `${name}.${i}`, spec, direction, from, dOutputs[i], gradient);
    plans.push(plan);
    from = plan.output;
  }
  return plans;
}

const lastOf = (plans: readonly ConvPlan[]): ConvPlan => plans[plans.length - 1];

/** What a training needs, in bytes, per example in the batch and besides. */
export function trainingBytes(architecture: Architecture, threads: number): { perExample: number; fixed: number } {
  const one = planNetwork(architecture, { batch: 1, threads, training: true }).bytes;
  const two = planNetwork(architecture, { batch: 2, threads, training: true }).bytes;
  return { perExample: two - one, fixed: 2 * one - two };
}
