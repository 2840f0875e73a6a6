// Pictures for the editor: it asks for the latest one over a permission-checked route, and each question also asks to be
// told once when there is a newer one. So nothing is sent, and where no wire leads on nothing is drawn, while nobody
// looks.
import type { NodeAPI } from 'node-red';
import { asError } from '../../src/errors';
import type { Picture } from '../../src/jobs/plot-thread';

/** What the route needs of an audio-plot node. */
export interface PictureSource {
  readonly contentType: string;
  /** The picture of all that has come in so far; undefined where nothing has. */
  picture(): Promise<Picture | undefined>;
}

/** Nodes that an open editor waits for; more than a person can look at. */
const MAX_WAITED_FOR = 500;

/** The nodes that run, by id. */
const sources = new Map<string, PictureSource>();
/** Ids whose next picture some editor wants to hear of; asked for longest ago first. */
const waitedFor = new Set<string>();

/**
 * `GET /audio-anomaly/plot/:id`: the picture of an audio-plot node, 204 where it has none yet, 404 or 500 with
 * `{error}` in words. After it, the next change is published once as `audio-anomaly/plot/<id>`.
 */
export function registerPlotRoutes(RED: NodeAPI): void {
  const permission = RED.auth.needsPermission('audio-anomaly.read');
  RED.httpAdmin.get('/audio-anomaly/plot/:id', permission, async (req, res) => {
    const id = String(req.params.id);
    waitFor(id);
    const source = sources.get(id);
    if (!source) {
      res.status(404).json({ error: 'this audio-plot node is not deployed or is disabled' });
      return;
    }
    try {
      const picture = await source.picture();
      res.set({
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        // An SVG opened by its address is a document: it may do nothing.
        'Content-Security-Policy': "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
      });
      if (picture === undefined) res.status(204).end();
      else res.type(source.contentType).send(picture);
    } catch (thrown) {
      res.status(500).json({ error: asError(thrown).message });
    }
  });
}

/** Makes a node's pictures available; returns how to end that. */
export function offerPictures(RED: NodeAPI, id: string, source: PictureSource): () => void {
  sources.set(id, source);
  announcePicture(RED, id);
  return () => {
    if (sources.get(id) === source) sources.delete(id);
  };
}

/** Tells editors that wait for it that a node has a new picture, or none any more. */
export function announcePicture(RED: NodeAPI, id: string): void {
  if (waitedFor.delete(id)) RED.comms.publish(`audio-anomaly/plot/${id}`, {}, false);
}

function waitFor(id: string): void {
  waitedFor.delete(id);
  waitedFor.add(id);
  if (waitedFor.size > MAX_WAITED_FOR) waitedFor.delete(waitedFor.values().next().value as string);
}
