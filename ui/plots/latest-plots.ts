// The plots of audio-plot nodes as long as somebody looks at them: fetched once, shown wherever they are wanted.

export interface LoadedPlot {
  url: string;
  /** Pixels. */
  width: number;
  height: number;
  /** MIME type. */
  type: string;
  /** What it shows. */
  words: string;
}

/** Called with every new plot, undefined where there is none. */
export type ShowPlot = (plot: LoadedPlot | undefined) => void;

interface Watched {
  shows: Set<ShowPlot>;
  plot: LoadedPlot | undefined;
  asking: boolean;
  /** Whether it is to be asked for again when the answer has come. */
  again: boolean;
}

/** By node id and, for other sizes than the node's own, the question: "id?width=1200&height=800". */
const watched = new Map<string, Watched>();

export function watch(key: string, show: ShowPlot): void {
  const entry = watched.get(key) ?? { shows: new Set(), plot: undefined, asking: false, again: false };
  watched.set(key, entry);
  entry.shows.add(show);
  if (entry.plot) show(entry.plot);
  void refresh(key);
}

export function unwatch(key: string, show: ShowPlot): void {
  const entry = watched.get(key);
  if (!entry) return;
  entry.shows.delete(show);
  if (entry.shows.size > 0) return;
  watched.delete(key);
  if (entry.plot) URL.revokeObjectURL(entry.plot.url);
}

/** @param id of a node; without it, the plots of all */
export function refreshAll(id?: string): void {
  for (const key of watched.keys()) if (id === undefined || key.split('?')[0] === id) void refresh(key);
}

/** Asks for the latest plot; the answer also asks to be told of the next. Not while the page is hidden. */
async function refresh(key: string): Promise<void> {
  const entry = watched.get(key);
  if (!entry || document.hidden) return;
  if (entry.asking) {
    entry.again = true;
    return;
  }
  entry.asking = true;
  replace(key, entry, await fetchPlot(key).catch(() => undefined));
  entry.asking = false;
  if (!entry.again) return;
  entry.again = false;
  void refresh(key);
}

/** Undefined where nothing has been plotted yet. */
async function fetchPlot(key: string): Promise<LoadedPlot | undefined> {
  // jQuery would take an SVG for XML to be parsed if it were not told otherwise.
  const binary = { dataType: 'binary', xhrFields: { responseType: 'blob' as const }, cache: true };
  const request = $.ajax({ url: `audio-anomaly/plot/${key}`, ...binary });
  const blob = (await request) as Blob | undefined;
  if (request.status === 204 || !blob) return undefined;
  return load(blob, decodeURIComponent(request.getResponseHeader('X-Words') ?? ''));
}

/** Decoded before it is shown, so that nothing flickers; as an image, so that an SVG cannot run anything. */
async function load(blob: Blob, words: string): Promise<LoadedPlot> {
  const url = URL.createObjectURL(blob);
  const image = new Image();
  try {
    await new Promise((resolve, reject) => {
      Object.assign(image, { onload: resolve, onerror: reject, src: url });
    });
    return { url, width: image.naturalWidth, height: image.naturalHeight, type: blob.type, words };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

function replace(key: string, entry: Watched, plot: LoadedPlot | undefined): void {
  const before = entry.plot;
  entry.plot = plot;
  if (watched.get(key) === entry) for (const show of entry.shows) show(plot);
  else if (plot) URL.revokeObjectURL(plot.url);
  if (before) URL.revokeObjectURL(before.url);
}
