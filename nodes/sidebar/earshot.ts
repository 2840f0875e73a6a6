// The runtime part of the sidebar: lets the listening room speak to the editors, and answers their questions.
import type { NodeAPI } from 'node-red';
import { listeningRoom } from '../lib/listening-room';
import { registerRoomRoutes } from '../lib/room-routes';

export = (RED: NodeAPI): void => {
  registerRoomRoutes(RED);
  listeningRoom.open((topic, data) => RED.comms.publish(topic, data, false));
};
