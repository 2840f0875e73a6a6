// A process that writes files of one kind and records how: `node record.mjs KIND FOLDER LOG ROUNDS LAST`. In each round
// it writes each key anew; LAST is JSON, the values that the keys had. The log holds one JSON line for each operation,
// with lines between that say which value is being written, and which has been.
import { writeFileSync } from 'node:fs';
import { KEPT } from './kinds.mjs';
import { recordFiles } from './recorder.mjs';

const [name, folder, log, rounds, last] = process.argv.slice(2);
const kind = KEPT[name];
const lines = [];
/** Bytes as base64. */
const note = entry =>
  lines.push(JSON.stringify(entry, (_, value) => (value?.type === 'Buffer' ? asText(value.data) : value)));
const asText = data => Buffer.from(data).toString('base64');

await recordFiles(note);
const write = kind.write(folder);
for (let round = 1; round <= Number(rounds); round++) {
  for (const [key, before] of JSON.parse(last).entries()) {
    const value = before + round;
    note({ op: 'begin', key, value });
    await write(key, value);
    note({ op: 'acknowledge', key, value });
  }
}
writeFileSync(log, lines.join('\n'));
