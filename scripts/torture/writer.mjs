// A process in which several writers write files of all kinds, each in a folder of its own, until it is killed, and say
// what they have written. `node writer.mjs FOLDER LAST [once]`: LAST is JSON, for each writer by kind the last value of
// each key; `once` ends it when each key has been written once more.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS } from './kinds.mjs';

const [folder, last, once] = process.argv.slice(2);
const ROUNDS = once ? Math.max(...Object.values(KINDS).map(({ keys }) => keys)) : Number.POSITIVE_INFINITY;

/** At once, so that nothing of it is lost with the process. */
const tell = (...words) => writeSync(1, `${words.join(' ')}\n`);

async function run(number, lastOf) {
  const turns = Object.entries(KINDS).map(([name, kind]) => {
    const values = lastOf[name];
    const write = kind.write(join(folder, String(number)));
    return async () => {
      // The key that was written least goes first: recordings make room by age.
      const key = values.indexOf(Math.min(...values));
      await write(key, values[key] + 1);
      tell(number, name, key, ++values[key]);
    };
  });
  // Each begins with another kind, so that a kill meets them all.
  const first = number % turns.length;
  const order = [...turns.slice(first), ...turns.slice(0, first)];
  for (let round = 0; round < ROUNDS; round++) for (const turn of order) await turn();
}

tell('ready');
await Promise.all(JSON.parse(last).map((lastOf, number) => run(number, lastOf)));
