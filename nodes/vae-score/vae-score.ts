// The vae-score node: how strange is this segment to the model? Scores in the audio-model's worker thread.
import type { NodeAPI, NodeDef } from 'node-red';
import { liveState } from '../../src/live/live-state';
import { type Message, readSpectrogram, type ScoreInfo } from '../../src/messages';
import type { ScoringResult } from '../../src/tasks/scoring-service';
import {
  type AudioModel,
  audioModelOf,
  expectSettingsOf,
  type ModelSummary,
  showModel,
} from '../shared/audio-model-node';
import { booleanField, choiceField } from '../shared/config';
import { endOfPass } from '../shared/pass-end';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';

interface Config {
  kind: ScoreInfo['kind'];
  explain: boolean;
  modelId: unknown;
}

interface Def extends NodeDef {
  model?: string;
}

function read(def: Def): Config {
  return {
    kind: choiceField(def, 'score', ['rl', 'kl', 'total'], 'rl'),
    explain: booleanField(def, 'explain', false),
    modelId: def.model,
  };
}

class Scorer implements Handlers {
  readonly end = endOfPass;
  private readonly model: AudioModel;
  private readonly stopListening: () => void;

  constructor(private readonly shell: Shell<Config>) {
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.modelId);
    this.stopListening = showModel(this.model, shell.status);
  }

  async input(msg: Message, send: Send): Promise<void> {
    const { values, info } = readSpectrogram(msg);
    expectSettingsOf(this.model.summary(), info);
    const { config, status } = this.shell;
    // A copy: the message's own memory may be shared with other branches of the flow and is not ours to give away.
    const request = { values: values.slice(), info, audio: msg.audio, explain: config.explain };
    const result = await this.model.score(request);
    const score = result.scores[config.kind];
    status.ok(`${config.kind} ${score.toPrecision(3)}${this.droppedText()}`);
    const by = { kind: config.kind, version: result.model.version };
    liveState.scored(this.model.id, by, score, msg);
    send(this.scored(msg, result));
  }

  close(): void {
    this.stopListening();
  }

  private scored(msg: Message, result: ScoringResult & { model: ModelSummary }): Message {
    const { kind } = this.shell.config;
    const { scores, latent, explanation, model } = result;
    const { id, name, version } = model;
    const { rl, kl, total } = scores;
    const score: ScoreInfo = { kind, rl, kl, total, latent, model: { id, name, version } };
    return { ...msg, payload: scores[kind], score, ...(explanation && { explanation }) };
  }

  private droppedText(): string {
    const dropped = this.model.droppedSegments();
    return dropped > 0 ? ` · ${dropped} left out` : '';
  }
}

export = (RED: NodeAPI): void => {
  registerNode<Def, Config>(RED, { type: 'vae-score', read, start: shell => new Scorer(shell) });
};
