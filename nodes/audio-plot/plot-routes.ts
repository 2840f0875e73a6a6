// Pictures for the editor: it asks for the latest one over a permission-checked route, and each question also asks to be
// told once when there is a newer one. So nothing is sent, and where no wire leads on nothing is drawn, while nobody
// looks.
import type { NodeAPI } from 'node-red';
import { PLOT_SIZE } from '../../src/charts/plot-size';
import { asError } from '../../src/errors';
import type { Picture } from '../../src/tasks/plot';
import { routesOf } from '../shared/routes';

/** What the route needs of an audio-plot node. */
export interface PictureSource {
  readonly contentType: string;
  /** What the picture holds, in a few words, for those who do not see it. */
  words(): string;
  /**
   * The picture of all that has come in so far; undefined where nothing has.
   * @param size other than the node's own
   */
  picture(size?: PictureSize): Promise<Picture | undefined>;
}

export interface PictureSize {
  width: number;
  height: number;
}

/** Nodes that an open editor waits for; more than a person can look at. */
const MAX_WAITED_FOR = 500;

/** The nodes that run, by id. */
const sources = new Map<string, PictureSource>();
/** Ids whose next picture some editor wants to hear of; asked for longest ago first. */
const waitedFor = new Set<string>();

/**
 * `GET /audio-anomaly/plot/:id`: the picture of an audio-plot node; 204 where there is none (nothing came in yet, or the
 * node is not deployed), 500 with `{error}` in words. What it holds is in the header X-Words. After it, the next change is published once as
 * `audio-anomaly/plot/<id>`. `?width=…&height=…` asks for another size than the node's own.
 */
export function registerPlotRoutes(RED: NodeAPI): void {
  routesOf(RED).get('plot/:id', async (req, res) => {
    const id = String(req.params.id);
    waitFor(id);
    const source = sources.get(id);
    try {
      const picture = await source?.picture(sizeOf(req.query));
      res.set({
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        // An SVG opened by its address is a document: it may do nothing.
        'Content-Security-Policy': "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
      });
      if (!source || picture === undefined) res.status(204).end();
      else res.set('X-Words', encodeURIComponent(source.words())).type(source.contentType).send(picture);
    } catch (thrown) {
      res.status(500).json({ error: asError(thrown).message });
    }
  });
}

/** The size a question asks for, brought within the limits; undefined where it asks for none. */
function sizeOf({ width, height }: { width?: unknown; height?: unknown }): PictureSize | undefined {
  if (width === undefined && height === undefined) return undefined;
  const pixels = (value: unknown): number =>
    Math.max(PLOT_SIZE.min, Math.min(PLOT_SIZE.max, Math.round(Number(value)) || PLOT_SIZE.min));
  return { width: pixels(width), height: pixels(height) };
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
