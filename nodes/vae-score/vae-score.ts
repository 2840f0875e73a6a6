// The vae-score node: how strange is this segment to the model? Scores in a thread of the pool.
import type { NodeAPI, NodeDef } from 'node-red';
import { UserError } from '../../src/errors';
import { liveState } from '../../src/live/live-state';
import { type Message, readSpectrogram, type ScoreInfo } from '../../src/messages';
import type { ScoringResult } from '../../src/tasks/scoring-service';
import {
  type AudioModel,
  audioModelOf,
  expectSettingsOf,
  type ModelSummary,
  namedInMessages,
  showModel,
} from '../shared/audio-model-node';
import { endOfPass } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import type { Config } from '../shared/schema';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';

type Settings = Config<typeof fields>;

class Scorer implements Handlers {
  readonly end = endOfPass;
  private readonly model: AudioModel;
  private readonly stopListening: () => void;

  constructor(private readonly shell: Shell<Settings>) {
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.model);
    this.stopListening = showModel(this.model, shell.status);
  }

  async input(msg: Message, send: Send): Promise<void> {
    const { values, info } = readSpectrogram(msg);
    expectSettingsOf(this.model.summary(), info);
    const { config, status } = this.shell;
    // A copy: the message's own memory may be shared with other branches of the flow and is not ours to give away.
    const { score: kind, explain } = config;
    const request = { values: values.slice(), info, audio: msg.audio, ...(explain && { explain: kind }) };
    const result = await this.model.score(request);
    const score = result.scores[kind];
    if (score === undefined) throw noSuchScore(kind, result);
    status.ok(`${kind} ${score.toPrecision(3)}${this.droppedText()}`);
    liveState.scored(this.model.id, { kind, model: result.model.checksum }, score, msg);
    send(this.scored(msg, result));
  }

  close(): void {
    this.stopListening();
  }

  private scored(msg: Message, result: ScoringResult & { model: ModelSummary }): Message {
    const { score: kind } = this.shell.config;
    const { scores, latent, explanation, model } = result;
    const score: ScoreInfo = { kind, ...scores, latent, model: namedInMessages(model) };
    return { ...msg, payload: scores[kind], score, ...(explanation && { explanation }) };
  }

  private droppedText(): string {
    const dropped = this.model.droppedSegments();
    return dropped > 0 ? ` · ${dropped} left out` : '';
  }
}

function noSuchScore(kind: string, { model, scores }: ScoringResult & { model: ModelSummary }): UserError {
  return new UserError(
    'not-trained',
    `version ${model.version} of model "${model.name}" gives no score ${kind}, only ${Object.keys(scores).join(', ')}: it was trained before there was one, or on too few segments. Train it again, or choose another score.`,
  );
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Settings>(RED, {
    type: 'vae-score',
    read: def => readFields(fields, def),
    start: shell => new Scorer(shell),
  });
};
