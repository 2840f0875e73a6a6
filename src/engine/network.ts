// A whole network as one thread sees it: every thread runs the same code over its own examples or ranges and meets the
// others at barriers. Convolutions are shared out by example, dense layers by range.
import type { Batch, ThreadContext } from './context';
import { Command, Control } from './control';
import { BridgeLayer } from './layers/bridge';
import { ConvLayer } from './layers/conv';
import { HeadsLayer } from './layers/heads';
import { LatentLayer } from './layers/latent';
import type { Layer } from './layers/layer';
import { OutputLayer } from './layers/output';
import { Optimizer } from './optimizer';
import type { NetworkPlan } from './plan';

const backwards = (layers: readonly Layer[]): Layer[] => [...layers].reverse();

export class Network {
  readonly control: Control;
  readonly latent: LatentLayer;
  readonly optimizer: Optimizer;
  private readonly encoder: ConvLayer[];
  private readonly heads: HeadsLayer;
  private readonly bridge: BridgeLayer;
  private readonly decoder: ConvLayer[];
  private readonly output: OutputLayer;

  constructor(
    private readonly context: ThreadContext,
    plan: NetworkPlan,
  ) {
    this.control = new Control(context, plan.control);
    this.encoder = plan.encoder.map(layer => new ConvLayer(context, layer));
    this.heads = new HeadsLayer(context, plan.heads);
    this.latent = new LatentLayer(context, plan.latent);
    this.bridge = new BridgeLayer(context, plan.bridge);
    this.decoder = plan.decoder.map(layer => new ConvLayer(context, layer));
    this.output = new OutputLayer(context, plan.output);
    this.optimizer = new Optimizer(context, plan.optimizer);
  }

  /** One thread's part of a command. */
  run(command: Command): void {
    if (command === Command.prepare) this.prepare();
    else if (command === Command.gradients) this.gradients(this.control.batch(true));
    else if (command === Command.reduce) this.optimizer.reduce();
    else if (command === Command.update) this.update();
    else if (command === Command.score) this.score(this.control.batch(false));
    else if (command === Command.decode) this.decode(this.control.batch(false));
    this.context.barrier.wait();
  }

  /** After every change of the weights. */
  private prepare(): void {
    for (const layer of [...this.encoder, ...this.decoder]) layer.pack();
  }

  private score(batch: Batch): void {
    this.encode(batch);
    this.decode(batch);
    this.output.forward(batch);
  }

  private gradients(batch: Batch): void {
    if (!batch.accumulate) {
      this.optimizer.clear();
      // Threads add their ranges of the bridge's bias to the one block, so none may be ahead of its clearing.
      this.context.barrier.wait();
    }
    this.encode(batch);
    this.decode(batch);
    this.backward(batch);
  }

  /** Examples → latent values. */
  private encode(batch: Batch): void {
    const { barrier } = this.context;
    for (const layer of this.encoder) layer.forward(batch);
    barrier.wait();
    this.heads.forward(batch);
    this.latent.forward(batch);
    barrier.wait();
  }

  /** Latent values → reconstructions. */
  private decode(batch: Batch): void {
    this.bridge.forward(batch);
    this.context.barrier.wait();
    for (const layer of this.decoder) layer.forward(batch);
  }

  private backward(batch: Batch): void {
    const { barrier } = this.context;
    this.output.backward(batch);
    for (const layer of backwards(this.decoder)) layer.backward(batch);
    barrier.wait();
    this.bridge.backward(batch);
    barrier.wait();
    this.latent.backward(batch);
    barrier.wait();
    this.heads.backward(batch);
    barrier.wait();
    for (const layer of backwards(this.encoder)) layer.backward(batch);
  }

  private update(): void {
    this.optimizer.update(this.control.update);
    this.context.barrier.wait();
    this.prepare();
  }
}
