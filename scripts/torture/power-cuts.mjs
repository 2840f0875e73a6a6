// Cuts the power at every moment of a recorded writing: whatever the disk may have kept by then, what was acknowledged
// must be there, and nothing may be read that was never written.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Disk } from './disk.mjs';
import { judge, KEPT } from './kinds.mjs';
import { MEMORY_DISK } from './memory-disk.mjs';

const RECORD = fileURLToPath(new URL('record.mjs', import.meta.url));
/** Keys that are written, and how often: to a removal, where the kind has one, and beyond. */
const MOST_KEYS = 4;
const ROUNDS = 11;
/** … and when the power has come back. */
const ROUNDS_AFTER = 2;
/** States of one moment that are tried one by one; of further ones, as many are taken by chance. */
const MOST_STATES = 2000;
/** Where nothing is flushed there is no end of them, and few suffice to see what is lost. */
const MOST_UNFLUSHED = 1;

/**
 * @param returns in so many of the states the power comes back, all is written anew, and the power is cut again
 * @param withoutFlushes the disk takes no notice of flushes: much must then be lost
 * @returns per kind how many moments and states were tried, and what went wrong; `examples` in words
 */
export async function runPowerCuts({ returns, withoutFlushes = false }) {
  const counts = {};
  const examples = [];
  for (const [name, kind] of Object.entries(KEPT)) {
    const run = new Run(name, withoutFlushes ? 0 : returns, withoutFlushes);
    try {
      await run.cut({ rounds: ROUNDS, last: Array(Math.min(kind.keys, MOST_KEYS)).fill(0) });
      for (const one of [...run.picked]) await run.cut({ rounds: ROUNDS_AFTER, ...one });
    } finally {
      rmSync(run.folder, { recursive: true, force: true });
    }
    counts[name] = run.count;
    examples.push(...run.examples);
  }
  return { counts, examples: examples.slice(0, 20) };
}

/** The power cuts of one kind. */
class Run {
  count = { moments: 0, states: 0, lost: 0, unreadable: 0 };
  examples = [];
  /** States by chance from which writing can go on, with what was found in them. */
  picked = [];
  folder = mkdtempSync(join(MEMORY_DISK, 'earshot-power-cuts-'));
  #tree = new Tree(join(this.folder, 'found'));
  #random = randomNumbers(1);

  constructor(name, returns, withoutFlushes) {
    this.name = name;
    this.returns = returns;
    this.withoutFlushes = withoutFlushes;
    this.most = withoutFlushes ? MOST_UNFLUSHED : MOST_STATES;
  }

  /**
   * @param last the values that the keys had, whether they were acknowledged or not
   * @param state what is on the disk before @param found the values that can be read there
   */
  async cut({ rounds, last, state = new Map(), found = new Map() }) {
    const top = join(this.folder, 'written');
    const before = new Tree(top);
    before.become(state);
    const disk = new Disk(top, { withoutFlushes: this.withoutFlushes, state });
    const acknowledged = new Map(found);
    const begun = new Map();
    /** States that were tried with the same acknowledged values. */
    let tried = new Set();
    for (const entry of this.#record(top, rounds, last)) {
      if (entry.op === 'begin') begun.set(entry.key, entry.value);
      else if (entry.op === 'acknowledge') {
        acknowledged.set(entry.key, entry.value);
        tried = new Set();
      } else disk.do(entry);
      this.count.moments++;
      for (const one of disk.states(this.most, this.#random)) {
        const key = fingerprint(one);
        if (tried.has(key)) continue;
        tried.add(key);
        const values = await this.#try(one, acknowledged, begun, entry);
        this.#pick({ state: one, found: values, last: last.map((value, i) => begun.get(i) ?? value) });
      }
    }
    rmSync(top, { recursive: true });
  }

  #record(top, rounds, last) {
    const log = join(this.folder, 'log');
    const args = [RECORD, this.name, top, log, String(rounds), JSON.stringify(last)];
    execFileSync(process.execPath, args, { stdio: 'inherit' });
    return readFileSync(log, 'utf8')
      .split('\n')
      .map(line => JSON.parse(line));
  }

  async #try(state, acknowledged, begun, { op, path, to }) {
    this.#tree.become(state);
    this.count.states++;
    const found = await KEPT[this.name].read(this.#tree.folder);
    const { lost, unreadable } = judge(KEPT[this.name], found, acknowledged, begun);
    this.count.lost += lost.length;
    this.count.unreadable += unreadable.length;
    const where = `${this.name}, after ${op} ${path ?? to ?? ''}`;
    this.examples.push(...lost.map(key => `lost: ${where}: ${key}`));
    this.examples.push(...unreadable.map(text => `unreadable: ${where}: ${text}`));
    return found.values;
  }

  /** Each state has the same chance to be among those that are kept, in whatever place. */
  #pick(one) {
    const place = Math.floor(this.#random() * this.count.states);
    if (this.picked.length < this.returns) this.picked.push(one);
    else if (place < this.returns) this.picked[place] = one;
  }
}

/** A folder that becomes one state after the other; what two have in common stays. */
class Tree {
  state = new Map();

  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  become(state) {
    for (const path of [...this.state.keys()].reverse()) {
      if (!state.has(path)) rmSync(join(this.folder, path), { recursive: true, force: true });
    }
    for (const [path, bytes] of state) {
      if (bytes === null) mkdirSync(join(this.folder, path), { recursive: true });
      else if (this.state.get(path) !== bytes) writeFileSync(join(this.folder, path), bytes);
    }
    this.state = state;
  }
}

const hashes = new WeakMap();

function fingerprint(state) {
  const all = createHash('sha1');
  for (const path of [...state.keys()].sort()) {
    const bytes = state.get(path);
    if (bytes && !hashes.has(bytes)) hashes.set(bytes, createHash('sha1').update(bytes).digest());
    all.update(`${path}\0`).update(bytes ? hashes.get(bytes) : '/');
  }
  return all.digest('base64');
}

/** The same numbers each time, 0 … 1 (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
