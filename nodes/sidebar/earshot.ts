// The runtime part of the sidebar: lets the listening room speak to the editors, and answers their questions.
import type { NodeAPI } from 'node-red';
import { liveState } from '../../src/live/live-state';
import { registerRoomRoutes } from './routes';

export = (RED: NodeAPI): void => {
  registerRoomRoutes(RED);
  liveState.open((topic, data) => RED.comms.publish(topic, data, false));
};
