// The pictures of audio-plot nodes as long as somebody looks at them: fetched once, shown wherever they are wanted.

/** By node id and, for other sizes than the node's own, the question: "id?width=1200&height=800". */
const watched = new Map();

/**
 * @typedef {{url: string, width: number, height: number, type: string, words: string}} Picture
 * @param {(picture: Picture | undefined) => void} show called with every new picture, undefined where there is none
 */
export function watch(key, show) {
  const entry = watched.get(key) ?? { shows: new Set(), picture: undefined, asking: false, again: false };
  watched.set(key, entry);
  entry.shows.add(show);
  if (entry.picture) show(entry.picture);
  refresh(key);
}

export function unwatch(key, show) {
  const entry = watched.get(key);
  if (!entry) return;
  entry.shows.delete(show);
  if (entry.shows.size > 0) return;
  watched.delete(key);
  if (entry.picture) URL.revokeObjectURL(entry.picture.url);
}

/** @param {string} [id] of a node; without it, the pictures of all */
export function refreshAll(id) {
  for (const key of watched.keys()) if (id === undefined || key.split('?')[0] === id) refresh(key);
}

/** Asks for the latest picture; the answer also asks to be told of the next. Not while the page is hidden. */
function refresh(key) {
  const entry = watched.get(key);
  if (!entry || document.hidden) return;
  if (entry.asking) {
    entry.again = true;
    return;
  }
  entry.asking = true;
  // jQuery would take an SVG for XML to be parsed if it were not told otherwise.
  const binary = { dataType: 'binary', xhrFields: { responseType: 'blob' }, cache: true };
  $.ajax({ url: `audio-anomaly/plot/${key}`, ...binary })
    .then(
      (blob, _status, xhr) =>
        xhr.status === 204 || !blob ? undefined : load(blob, xhr.getResponseHeader('X-Words') ?? ''),
      () => undefined,
    )
    .then(picture => replace(key, entry, picture))
    .always(() => {
      entry.asking = false;
      if (!entry.again) return;
      entry.again = false;
      refresh(key);
    });
}

/** Decoded before it is shown, so that nothing flickers; as an image, so that an SVG cannot run anything. */
function load(blob, words) {
  const url = URL.createObjectURL(blob);
  return new Promise(resolve => {
    const image = new Image();
    image.onload = () => {
      const { naturalWidth: width, naturalHeight: height } = image;
      resolve({ url, width, height, type: blob.type, words: decodeURIComponent(words) });
    };
    image.onerror = () => {
      URL.revokeObjectURL(url);
      resolve(undefined);
    };
    image.src = url;
  });
}

function replace(key, entry, picture) {
  const before = entry.picture;
  entry.picture = picture;
  if (watched.get(key) === entry) for (const show of entry.shows) show(picture);
  else if (picture) URL.revokeObjectURL(picture.url);
  if (before) URL.revokeObjectURL(before.url);
}
