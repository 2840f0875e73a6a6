// The package's routes on Node-RED's admin API, all below /audio-anomaly. Each asks for a permission before anything else,
// as Node-RED's own do; those that act then ask for a type of content.
import type { Node, NodeAPI } from 'node-red';
import { type Answer, answering, Refusal, type Request } from './answer';

/**
 * What a request that acts brings. Of all types these are none that a page of another site can send without the browser
 * asking us first (a CORS preflight): where nobody has to log in, that page could press buttons otherwise.
 */
type Content = 'application/json' | 'application/octet-stream';

export interface Routes {
  /** For those who may look. */
  get(path: string, answer: Answer): void;
  /** For those who may look, where it changes nothing, else for those who may change flows. Takes JSON, unless told else. */
  post(path: string, permission: 'read' | 'write', answer: Answer, content?: Content): void;
}

export function routesOf({ auth, httpAdmin }: NodeAPI): Routes {
  const asked = (path: string): string => `/audio-anomaly/${path}`;
  return {
    get(path, answer) {
      httpAdmin.get(asked(path), auth.needsPermission('audio-anomaly.read'), answering(answer));
    },
    post(path, permission, answer, content = 'application/json') {
      const act: Answer = (req, res) => {
        expectContent(req, content);
        return answer(req, res);
      };
      httpAdmin.post(asked(path), auth.needsPermission(`audio-anomaly.${permission}`), answering(act));
    },
  };
}

/** @throws Refusal 415 */
function expectContent({ headers }: Request, expected: Content): void {
  const type = headers['content-type'];
  if (type?.split(';')[0].trim().toLowerCase() === expected) return;
  const got = type ? `of the type ${type.slice(0, 100)}` : 'of no type';
  throw new Refusal(415, `the request is ${got}; expected Content-Type: ${expected}`);
}

/**
 * The fields that a request brings as JSON.
 * @throws Refusal 400 where the JSON is anything but an object
 */
export function formOf({ body }: Request): Record<string, unknown> {
  if (body && typeof body === 'object' && !Array.isArray(body)) return body;
  throw new Refusal(400, 'expected the form as a JSON object, e.g. {}');
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
