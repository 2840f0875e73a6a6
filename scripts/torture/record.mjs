// A process that writes files of one kind and records how: `node record.mjs KIND FOLDER LOG`. The log holds one JSON line
// for each operation, with lines between that say which value is being written, and which has been.
import { writeFileSync } from 'node:fs';
import { KEPT } from './kinds.mjs';
import { recordFiles } from './recorder.mjs';

/** Each key is written anew this often: to a removal, where the kind has one, and beyond. */
const ROUNDS = 11;
/** Further keys are written in the same way. */
const MOST_KEYS = 4;

const [name, folder, log] = process.argv.slice(2);
const kind = KEPT[name];
const lines = [];
/** Bytes as base64. */
const note = entry =>
  lines.push(JSON.stringify(entry, (_, value) => (value?.type === 'Buffer' ? asText(value.data) : value)));
const asText = data => Buffer.from(data).toString('base64');

await recordFiles(note);
const write = kind.write(folder);
for (let value = 1; value <= ROUNDS; value++) {
  for (let key = 0; key < Math.min(kind.keys, MOST_KEYS); key++) {
    note({ op: 'begin', key, value });
    await write(key, value);
    note({ op: 'acknowledge', key, value });
  }
}
writeFileSync(log, lines.join('\n'));
