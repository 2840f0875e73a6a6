// The runtime part of the sidebar: publishes the live state to the editors and answers their questions.
import type { NodeAPI } from 'node-red';
import { liveState } from '../../src/live/live-state';
import { registerSidebarRoutes } from './routes';

export = (RED: NodeAPI): void => {
  registerSidebarRoutes(RED);
  liveState.open((topic, data) => RED.comms.publish(topic, data, false));
};
