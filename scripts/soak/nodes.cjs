// The soak's own nodes, within Node-RED: a microphone whose hours pass as fast as the flow works, and ends that count what
// came of each segment. `POST /soak/…` drives them.
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const hear = require('./sound.cjs');
const Ledger = require('./ledger.cjs');

/** Segments on their way at most. */
const ON_THEIR_WAY = 4;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

module.exports = RED => {
  const ledger = new Ledger();
  const { counts } = ledger;
  // A deployment is answered before its nodes are stopped; what they had at hand is lost when the new ones have started.
  RED.events.on('flows:started', () => ledger.giveUp());

  RED.nodes.registerType('soak-end', function (config) {
    RED.nodes.createNode(this, config);
    const take = {
      models: () => counts.trained++,
      errors: ({ audio }) => ledger.settle(audio?.sequence, 'refused'),
      decisions({ audio, anomaly }) {
        if (anomaly.state === 'anomaly') counts.anomalies++;
        ledger.settle(audio.sequence, 'decided');
      },
    }[config.takes];
    this.on('input', (msg, _send, done) => {
      take(msg);
      done();
    });
  });

  RED.nodes.registerType('soak-microphone', function (config) {
    RED.nodes.createNode(this, config);
    const sound = hear(config, config.seconds);
    const send = messages => this.send(messages);
    let [sequence, until] = [0, 0];
    let passed = () => {};

    const pump = async () => {
      const segment = await sound;
      while (sequence < until && ledger.waiting < ON_THEIR_WAY) {
        ledger.send(sequence);
        send([segment(sequence++), null]);
      }
      if (sequence >= until && ledger.waiting === 0) passed();
    };
    ledger.onRoom = () => setImmediate(pump);

    const verbs = {
      /** Has the flow learn normal sound anew, while the microphone listens on. */
      async train({ segments }) {
        const segment = await sound;
        for (let index = 0; index < segments; index++) {
          const parts = { id: `training ${counts.trained}`, index, count: segments };
          const { audio, ...rest } = segment(index);
          const last = index === segments - 1 && { complete: true };
          send([null, { ...rest, audio: { ...audio, sequence: -1 }, parts, ...last }]);
        }
      },
      /** Lets so many seconds of sound pass. */
      pass: ({ seconds }) =>
        new Promise(resolve => {
          until += Math.round(seconds / config.seconds);
          passed = resolve;
          void pump();
        }),
      collectGarbage() {
        collectGarbage();
        setImmediate(collectGarbage);
      },
      look() {},
    };
    RED.httpAdmin.post('/soak/:verb', async (req, res) => {
      await verbs[req.params.verb](req.body);
      res.json({ ...counts, waiting: ledger.waiting });
    });
  });
};
