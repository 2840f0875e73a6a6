// A trainer in a process of its own, for the tests of the lock: does what its standard input says, a line each, and
// answers with a line each. Arguments: the models' folder, and at which of its calls of the file system it shall die.
const fs = require('node:fs');
const { createInterface } = require('node:readline');

const [folder, dieAt] = process.argv.slice(2);
let calls = 0;
/** What changes something on the disk, each a step that a power cut or a kill may come before. */
const STEPS = ['openSync', 'writeFileSync', 'writeSync', 'fsyncSync', 'closeSync', 'linkSync', 'renameSync', 'rmSync'];
for (const name of STEPS) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (dieAt && ready && ++calls === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
    return original(...args);
  };
}
let ready = false;

const { ModelStore } = require('#src/store/model-store');
const store = new ModelStore(folder, 'boiler', { keep: 1000 });
const times = { beatMs: 50, silenceMs: 1000 };
let release;

const orders = {
  async lock() {
    release = await store.lock(`trainer ${process.pid}`, { times });
    return 'locked';
  },
  async release() {
    release();
    return 'released';
  },
  /** Saves versions, each of which holds its own number. */
  async save(first, count) {
    for (let i = 0; i < Number(count); i++) {
      const data = Float32Array.of(Number(first) + i);
      store.save({ value: { shape: [1], data } }, { frontEnd: {}, scores: {}, detectors: {} });
    }
    return 'saved';
  },
};

console.log('ready');
ready = true;
let turn = Promise.resolve();
createInterface({ input: process.stdin }).on('line', line => {
  const [order, ...rest] = line.split(' ');
  turn = turn.then(async () => {
    console.log(await orders[order](...rest).catch(error => `${error.code ?? error.name}: ${error.message}`));
  });
});
