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
/** States of one moment that are tried one by one; of further ones, as many are taken by chance. */
const MOST_STATES = 2000;
/** Where nothing is flushed there is no end of them, and few suffice to see what is lost. */
const MOST_UNFLUSHED = 1;

/**
 * @param withoutFlushes the disk takes no notice of flushes: much must then be lost
 * @returns per kind how many moments and states were tried, and what went wrong; `examples` in words
 */
export async function runPowerCuts({ withoutFlushes = false } = {}) {
  const most = withoutFlushes ? MOST_UNFLUSHED : MOST_STATES;
  const counts = {};
  const examples = [];
  for (const name of Object.keys(KEPT)) {
    const folder = mkdtempSync(join(MEMORY_DISK, 'earshot-power-cuts-'));
    try {
      const log = record(name, folder);
      counts[name] = await cut(name, log, new Disk(join(folder, 'written'), withoutFlushes), most, examples, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { counts, examples: examples.slice(0, 20) };
}

function record(name, folder) {
  const top = join(folder, 'written');
  const log = join(folder, 'log');
  mkdirSync(top);
  execFileSync(process.execPath, [RECORD, name, top, log], { stdio: 'inherit' });
  return readFileSync(log, 'utf8')
    .split('\n')
    .map(line => JSON.parse(line));
}

async function cut(name, log, disk, most, examples, folder) {
  const kind = KEPT[name];
  const count = { moments: 0, states: 0, lost: 0, unreadable: 0 };
  const acknowledged = new Map();
  const begun = new Map();
  const tree = new Tree(join(folder, 'found'));
  const random = randomNumbers(1);
  /** States that were tried with the same acknowledged values. */
  let tried = new Set();
  for (const entry of log) {
    if (entry.op === 'begin') begun.set(entry.key, entry.value);
    else if (entry.op === 'acknowledge') {
      acknowledged.set(entry.key, entry.value);
      tried = new Set();
    } else disk.do(entry);
    count.moments++;
    for (const state of disk.states(most, random)) {
      const key = fingerprint(state);
      if (tried.has(key)) continue;
      tried.add(key);
      count.states++;
      tree.become(state);
      const { lost, unreadable } = judge(kind, await kind.read(tree.folder), acknowledged, begun);
      count.lost += lost.length;
      count.unreadable += unreadable.length;
      const where = `${name}, after ${entry.op} ${entry.path ?? entry.to ?? ''}`;
      examples.push(...lost.map(lostKey => `lost: ${where}: ${lostKey}`));
      examples.push(...unreadable.map(text => `unreadable: ${where}: ${text}`));
    }
  }
  return count;
}

/** A folder that becomes one state after the other; what two have in common stays. */
class Tree {
  state = new Map();

  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder);
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
