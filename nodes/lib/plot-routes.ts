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
const MAX_WAITING = 500;

/** Pictures by node id, and who is waited for. One for each Node-RED. */
export class PictureGallery {
  private readonly sources = new Map<string, PictureSource>();
  /** The id asked for longest ago comes first. */
  private readonly waitedFor = new Set<string>();

  constructor(private readonly RED: NodeAPI) {
    const permission = RED.auth.needsPermission('audio-anomaly.read');
    RED.httpAdmin.get('/audio-anomaly/plot/:id', permission, async (req, res) => {
      const id = String(req.params.id);
      this.waitFor(id);
      const source = this.sources.get(id);
      if (!source) {
        res.status(404).json({ error: 'this audio-plot node is not deployed or is disabled' });
        return;
      }
      try {
        const picture = await source.picture();
        res.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
        // An SVG opened by its address is a document: it may do nothing.
        res.set('Content-Security-Policy', "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox");
        if (picture === undefined) res.status(204).end();
        else res.type(source.contentType).send(picture);
      } catch (thrown) {
        res.status(500).json({ error: asError(thrown).message });
      }
    });
  }

  add(id: string, source: PictureSource): void {
    this.sources.set(id, source);
    this.announce(id);
  }

  remove(id: string, source: PictureSource): void {
    if (this.sources.get(id) === source) this.sources.delete(id);
  }

  /** Tells editors that wait for it that a node has a new picture, or none any more. */
  announce(id: string): void {
    if (this.waitedFor.delete(id)) this.RED.comms.publish(`audio-anomaly/plot/${id}`, {}, false);
  }

  private waitFor(id: string): void {
    this.waitedFor.delete(id);
    this.waitedFor.add(id);
    if (this.waitedFor.size > MAX_WAITING) this.waitedFor.delete(this.waitedFor.values().next().value as string);
  }
}
