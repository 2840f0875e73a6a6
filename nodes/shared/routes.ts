// The package's routes on Node-RED's admin API, all below /audio-anomaly. Each asks for a permission before anything else,
// as Node-RED's own do.
import type { Node, NodeAPI } from 'node-red';
import { type Answer, answering, Refusal, type Request } from './answer';

export interface Routes {
  /** For those who may look. */
  get(path: string, answer: Answer): void;
  /** For those who may look, where it changes nothing, else for those who may change flows. */
  post(path: string, permission: 'read' | 'write', answer: Answer): void;
}

export function routesOf({ auth, httpAdmin }: NodeAPI): Routes {
  const asked = (path: string): string => `/audio-anomaly/${path}`;
  return {
    get(path, answer) {
      httpAdmin.get(asked(path), auth.needsPermission('audio-anomaly.read'), answering(answer));
    },
    post(path, permission, answer) {
      httpAdmin.post(asked(path), auth.needsPermission(`audio-anomaly.${permission}`), answering(answer));
    },
  };
}

/**
 * The node that `:id` names.
 * @throws Refusal 404 where it does not run or is of another type
 */
export function deployedNode(RED: NodeAPI, type: string, { params }: Request): Node {
  const node = RED.nodes.getNode(String(params.id));
  if (node?.type === type) return node;
  throw new Refusal(404, `this ${type} node is not deployed or is disabled`);
}

/**
 * What `:action` names.
 * @throws Refusal 400 where there is no such action
 */
export function actionOf<Action extends string>(actions: readonly Action[], { params }: Request): Action {
  const action = actions.find(name => name === params.action);
  if (action) return action;
  throw new Refusal(400, `no such action; expected one of ${actions.join(', ')}`);
}
