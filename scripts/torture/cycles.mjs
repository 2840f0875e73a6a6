// Processes that write are killed at random moments; after each kill, what they had acknowledged must be there.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge, KEPT, KINDS } from './kinds.mjs';
import { MEMORY_DISK } from './memory-disk.mjs';

const WRITER = fileURLToPath(new URL('writer.mjs', import.meta.url));
/** Writers in one process: a kill interrupts each of them in a folder of its own, which is a cycle. */
const WRITERS = 10;
/** A process is killed after at most so many writes, however busy the computer is, and so much time. */
const WRITES = 300;
const LAST_MS = 30;
/** What a folder holds when all is well: three models, four marks, ten recordings, four pairs of a spectrogram. */
const EXPECTED = [
  /^pump\/v\d+\.safetensors$/,
  /^normal-\d{8}\.safetensors$/,
  /^normal\/recording_\d{8}_\d{6}\.wav$/,
  /^features\/normal\/\d\.(f32|json)$/,
];

/**
 * @param cycles how many writers are interrupted @param beside how many processes at a time
 * @returns counts; `examples` are the first things that went wrong, in words
 */
export async function runCycles(cycles, beside, onProgress = () => {}) {
  const counts = { cycles: 0, kills: 0, acknowledged: 0, lost: 0, unreadable: 0, leftovers: 0 };
  const examples = [];
  const root = mkdtempSync(join(MEMORY_DISK, 'earshot-torture-'));
  try {
    await Promise.all(Array.from({ length: beside }, (_, number) => runSlot(join(root, String(number)))));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { counts, examples: examples.slice(0, 20) };

  async function runSlot(folder) {
    const last = Array.from({ length: WRITERS }, nothingWritten);
    while (counts.cycles < cycles) {
      counts.cycles += WRITERS;
      counts.kills++;
      counts.acknowledged += await write(folder, last, false);
      for (const [number, lastOf] of last.entries()) note(await check(join(folder, String(number)), lastOf));
      onProgress(counts);
    }
    // A process that comes to its end: what all those before it left must be gone.
    await write(folder, last, true);
    for (const number of last.keys()) note({ leftovers: unexpectedIn(join(folder, String(number))) });
  }

  function note(problems) {
    for (const [what, texts] of Object.entries(problems)) {
      counts[what] += texts.length;
      examples.push(...texts.map(text => `${what}: ${text}`));
    }
  }
}

const nothingWritten = () =>
  Object.fromEntries(Object.entries(KINDS).map(([name, { keys }]) => [name, Array(keys).fill(0)]));

/** Reads what a writer left; the next one goes on from what is there, whether that was acknowledged or not. */
async function check(folder, last) {
  const problems = { lost: [], unreadable: [] };
  for (const [name, kind] of Object.entries(KEPT)) {
    const acknowledged = new Map(last[name].flatMap((value, key) => (value > 0 ? [[key, value]] : [])));
    const begun = new Map(last[name].map((value, key) => [key, value + 1]));
    const found = await kind.read(folder);
    const { lost, unreadable } = judge(kind, found, acknowledged, begun);
    problems.lost.push(...lost.map(key => `${name} ${key}: ${found.values.get(key)}, expected ${last[name][key]}`));
    problems.unreadable.push(...unreadable.map(text => `${name}: ${text}`));
    last[name] = last[name].map((value, key) => (isAhead(kind, found.values.get(key), value) ? value + 1 : value));
  }
  return problems;
}

/** Whether the write after `value` was done, too. */
function isAhead({ isRemoved = () => false }, found, value) {
  return isRemoved(value + 1) ? found === undefined : found === value + 1;
}

/** Runs a process of writers, and kills it unless it shall come to its `end`; takes what it acknowledged into `last`. */
async function write(folder, last, end) {
  const args = [WRITER, folder, JSON.stringify(last), ...(end ? ['once'] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  let writesLeft = end ? Number.POSITIVE_INFINITY : Math.random() * WRITES;
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text;
    const wasAlive = writesLeft > 0;
    writesLeft -= text.split('\n').length - 1;
    if (wasAlive && writesLeft <= 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * LAST_MS);
  });
  const [code, signal] = await new Promise(resolve => {
    child.once('close', (...how) => resolve(how));
  });
  if (end ? code !== 0 : signal !== 'SIGKILL') throw new Error(`a writer ended by itself: ${code ?? signal}`);
  // A line that the kill cut off was not acknowledged; the first says that all is loaded.
  const lines = said.split('\n').slice(1, -1);
  for (const line of lines) {
    const [number, name, key, value] = line.split(' ');
    last[number][name][key] = Number(value);
  }
  return lines.length;
}

function unexpectedIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .filter(name => !EXPECTED.some(pattern => pattern.test(name)));
}
