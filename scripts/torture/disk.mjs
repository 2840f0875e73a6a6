// The worst disk that POSIX allows. Until a file is flushed, what was written to it may be lost, all or in parts; until a
// folder is flushed, each new name, new place and removal in it may have been done or not, in any order.
// https://pubs.opengroup.org/onlinepubs/9799919799/functions/fsync.html
import { basename, dirname } from 'node:path';

class File {
  /** Lengths that the file has had since it was flushed. */
  lengths = new Set();

  constructor(bytes = Buffer.alloc(0)) {
    this.safe = bytes;
    this.now = bytes;
  }

  write(at, bytes) {
    const grown = Buffer.alloc(Math.max(this.now.length, at + bytes.length));
    this.now.copy(grown);
    bytes.copy(grown, at);
    this.now = grown;
    this.lengths.add(grown.length);
  }

  empty() {
    this.now = Buffer.alloc(0);
    this.lengths.add(0);
  }

  flush() {
    this.safe = this.now;
    this.lengths.clear();
  }

  /** What may be in the file after the power went. */
  *contents() {
    const { safe, now } = this;
    const seen = [];
    for (const content of [now, safe, ...this.parts()]) {
      if (seen.some(one => one.equals(content))) continue;
      seen.push(content);
      yield content;
    }
  }

  *parts() {
    const { safe, now, lengths } = this;
    if (lengths.size === 0) return;
    // Cut off behind each write, and in the middle of one.
    for (const length of [...lengths, now.length >> 1]) yield now.subarray(0, length);
    // Its length has got to the disk, its bytes have not, or only those at its end.
    const unwritten = Buffer.alloc(now.length);
    safe.copy(unwritten);
    yield unwritten;
    const torn = Buffer.from(now);
    unwritten.copy(torn, 0, 0, now.length >> 1);
    yield torn;
  }
}

class Folder {
  safe = new Map();
  now = new Map();
  /** What was done since the folder was flushed: each a list of [name, what it stands for or undefined]. */
  changes = [];

  change(...names) {
    apply(this.now, names);
    this.changes.push(names);
  }

  flush() {
    this.safe = new Map(this.now);
    this.changes = [];
  }
}

function apply(entries, names) {
  for (const [name, what] of names) {
    if (what) entries.set(name, what);
    else entries.delete(name);
  }
}

export class Disk {
  #root = new Folder();
  #opened = new Map();

  /**
   * @param top folder that is there @param withoutFlushes nothing is ever flushed
   * @param state what is below it, safe, as `states` gives it
   */
  constructor(top, { withoutFlushes = false, state = new Map() } = {}) {
    this.top = top;
    this.withoutFlushes = withoutFlushes;
    for (const [path, bytes] of state) {
      const what = bytes === null ? new Folder() : new File(bytes);
      const folder = this.#folderOf(`${top}/${path}`);
      folder.change([basename(path), what]);
      folder.flush();
    }
  }

  /** @param entry as the recorder notes it */
  do(entry) {
    const { op, id, path, from, to } = entry;
    if (op === 'open') this.#open(entry);
    else if (op === 'write') this.#opened.get(id).write(entry.at, Buffer.from(entry.bytes, 'base64'));
    else if (op === 'flush' && !this.withoutFlushes) this.#opened.get(id).flush();
    else if (op === 'mkdir') this.#folderOf(path).change([basename(path), new Folder()]);
    else if (op === 'remove') this.#folderOf(path).change([basename(path), undefined]);
    else if (op === 'link') this.#folderOf(to).change([basename(to), this.#find(from)]);
    else if (op === 'rename') this.#rename(from, to);
  }

  #open({ id, path, isNew, isEmptied }) {
    if (isNew) this.#folderOf(path).change([basename(path), new File()]);
    const found = this.#find(path);
    if (isEmptied) found.empty();
    this.#opened.set(id, found);
  }

  #rename(from, to) {
    if (dirname(from) !== dirname(to)) throw new Error(`moved to another folder: ${from}`);
    this.#folderOf(to).change([basename(from), undefined], [basename(to), this.#find(from)]);
  }

  #folderOf(path) {
    return this.#find(dirname(path));
  }

  #find(path) {
    if (path === this.top) return this.#root;
    if (!path.startsWith(`${this.top}/`)) return new Folder(); // flushed from above: of no interest
    return this.#find(dirname(path)).now.get(basename(path));
  }

  /**
   * What may be there if the power went now: each state a map from paths below the top to bytes, or null for a folder.
   * All there can be, as long as they are no more than `most`; else so many, and as many again by chance.
   */
  *states(most, random) {
    const choices = [];
    for (let count = 0; count < most; count++) {
      let index = 0;
      yield this.#build(options => {
        if (index === choices.length) choices.push({ taken: 0, options });
        return choices[index++].taken;
      });
      while (choices.length > 0 && choices.at(-1).taken + 1 === choices.at(-1).options) choices.pop();
      if (choices.length === 0) return;
      choices.at(-1).taken++;
    }
    for (let count = 0; count < most; count++) yield this.#build(options => Math.floor(random() * options));
  }

  /** @param choose given a number of options, says which one is taken */
  #build(choose) {
    const state = new Map();
    const visit = (folder, path) => {
      const entries = new Map(folder.safe);
      for (const names of folder.changes) if (choose(2) === 0) apply(entries, names);
      for (const [name, what] of entries) {
        const at = path === '' ? name : `${path}/${name}`;
        if (what instanceof Folder) {
          state.set(at, null);
          visit(what, at);
        } else {
          const contents = [...what.contents()];
          state.set(at, contents[contents.length > 1 ? choose(contents.length) : 0]);
        }
      }
    };
    visit(this.#root, '');
    return state;
  }
}
