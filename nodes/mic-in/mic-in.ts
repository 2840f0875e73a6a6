// mic-in: sound from a microphone as audio segments. What records, cuts and recovers is src/audio/capture; here are its
// settings, its status line and its three commands.
import type { NodeAPI, NodeDef } from 'node-red';
import type { BackendChoice } from '../../src/audio/capture/backend';
import { Microphone } from '../../src/audio/capture/microphone';
import type { CaptureState } from '../../src/audio/capture/supervisor';
import { describeValue, UserError } from '../../src/errors';
import { liveState } from '../../src/live/live-state';
import { bufferOf, type Message } from '../../src/messages';
import { userDirectory } from '../shared/folders';
import { readFields } from '../shared/read-fields';
import { runningSources } from '../shared/running-sources';
import { registerNode, type Status, shortMessage } from '../shared/shell';
import { fields } from './fields';
import { registerListenRoute } from './listen-route';
import { registerMicInRoutes } from './mic-in-routes';
import { RunningMicrophone } from './running-microphones';

interface MicInConfig {
  /** The name of the node, or else the device; `msg.topic`. */
  topic: string;
  device: string;
  backend: BackendChoice;
  sampleRate: number;
  segmentSeconds: number;
  hopSeconds: number;
  autostart: boolean;
  packageFolders: string[];
}

/** How long a lost stretch of sound stays in the status. */
const LOSS_SHOWN_MS = 10_000;

export = (RED: NodeAPI): void => {
  registerMicInRoutes(RED);
  registerListenRoute(RED);
  registerNode<NodeDef, MicInConfig>(RED, {
    type: 'mic-in',

    read(def) {
      const { name, ...config } = readFields(fields, def);
      return { ...config, topic: name || config.device, packageFolders: [userDirectory(RED)] };
    },

    start({ node, config, status, send, fail }) {
      let lastLoss = Number.NEGATIVE_INFINITY;
      const { topic, device, sampleRate } = config;
      const shared = new RunningMicrophone(topic, device, sampleRate);
      const show = showState(device, status);
      const microphone = new Microphone(config, {
        sound(pcm) {
          liveState.sound(node.id, pcm, sampleRate);
          shared.sound(pcm);
        },
        segment(pcm, audio) {
          const msg = { topic, payload: bufferOf(pcm), audio };
          liveState.segment(msg);
          runningSources.brought(node.id, msg);
          send(msg);
        },
        state(state) {
          shared.setListening(state.kind === 'listening');
          show(state);
        },
        level(decibels) {
          if (performance.now() - lastLoss > LOSS_SHOWN_MS) status.ok(`listening · ${levelText(decibels)}`);
        },
        lost({ stretches, seconds }) {
          lastLoss = performance.now();
          // How long a stretch was is known later than that there is one.
          const length = seconds > 0 ? `, ${seconds.toFixed(1)} s` : '';
          status.warn(`listening · sound was lost (${stretches} ×${length})`);
        },
        outage: error => fail(error),
      });
      if (config.autostart) microphone.start();
      else status.idle('stopped');

      return {
        async input(msg) {
          const command = commandOf(msg);
          const start = command === 'start' || (command === 'toggle' && !microphone.running);
          if (start) microphone.start();
          else await microphone.stop();
        },
        async close() {
          await microphone.stop();
          runningSources.closed(node.id);
        },
      };
    },
  });
};

const COMMANDS = ['start', 'stop', 'toggle'] as const;

/** @throws UserError `command` where the payload is none */
function commandOf({ payload }: Message): (typeof COMMANDS)[number] {
  const command = COMMANDS.find(name => name === payload);
  if (command) return command;
  throw new UserError(
    'wrong-message',
    `msg.payload is ${describeValue(payload)}; expected "start", "stop" or "toggle". A mic-in node takes no other input.`,
  );
}

function showState(device: string, status: Status): (state: CaptureState) => void {
  let waiting = false;
  return state => {
    // A new attempt does not hide why the last one failed.
    if (state.kind === 'opening' && !waiting) status.busy(`opening ${device}`);
    else if (state.kind === 'listening') status.ok('listening');
    else if (state.kind === 'waiting') {
      status.error(`${shortMessage(state.error)} – retry in ${state.retrySeconds} s`);
    } else if (state.kind === 'stopped') status.idle('stopped');
    if (state.kind !== 'opening') waiting = state.kind === 'waiting';
  };
}

/** dB relative to full scale, as text. */
function levelText(decibels: number | null): string {
  if (decibels === null) return 'silence (all samples are 0)';
  return `${String(Math.round(decibels)).replace('-', '−')} dB`;
}
