// What became of each segment: it is on its way until it is decided, refused with an error, or given up as lost.
module.exports = class Ledger {
  counts = { sent: 0, decided: 0, anomalies: 0, refused: 0, lost: 0, trained: 0 };
  #waiting = new Set();
  /** Called when a segment is settled. */
  onRoom = () => {};

  get waiting() {
    return this.#waiting.size;
  }

  send(sequence) {
    this.counts.sent++;
    this.#waiting.add(sequence);
  }

  /** A segment counts once, whatever else is said of it later. */
  settle(sequence, outcome) {
    if (!this.#waiting.delete(sequence)) return;
    this.counts[outcome]++;
    this.onRoom();
  }

  /** What is still on its way went down with nodes that were deployed anew. */
  giveUp() {
    for (const sequence of [...this.#waiting]) this.settle(sequence, 'lost');
  }
};
