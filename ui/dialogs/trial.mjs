// A part of a dialog that tries what the node would do with the fields as they are, deployed or not. One trial goes on at
// a time; it ends by itself, when it is stopped, when a field changes that it was made with, and with the dialog.

const inputOf = name => document.getElementById(`node-input-${name}`);

/** Its heirs bring `clear()`, which takes off what a trial has shown, and `rest()`, which shows that none goes on. */
export class Trial {
  /** @param {string[]} fields that a trial depends on. An heir calls `reset` when its elements are there. */
  constructor(fields) {
    this.fields = fields;
    // A text that no other dialog has: what this one asks anew takes the place of what it asked before.
    this.dialog = `${Date.now()} ${Math.random()}`;
    this.inputs = $(fields.map(inputOf));
    this.changed = () => this.reset();
    this.inputs.on('input change', this.changed);
  }

  close() {
    this.inputs.off('input change', this.changed);
    this.reset();
  }

  /** Ends what goes on; what is shown belongs to the fields as they were. */
  reset() {
    this.stop();
    this.problem = undefined;
    this.clear();
  }

  stop() {
    this.running?.stop();
    this.running = undefined;
    this.rest();
  }

  /** The fields as they are, as the server wants them. */
  form() {
    const value = ({ type, checked, value }) => (type === 'checkbox' ? checked : value);
    return { ...Object.fromEntries(this.fields.map(name => [name, value(inputOf(name))])), dialog: this.dialog };
  }

  /**
   * Waits for an answer; `problem` says what went wrong with it.
   * @param {{over: Promise<void>, stop: () => void}} request
   * @returns {Promise<boolean>} whether it came to its end, instead of being stopped
   */
  async answered(request) {
    this.running = request;
    try {
      await request.over;
    } catch (error) {
      this.problem = error.message;
    }
    if (this.running !== request) return false;
    this.stop();
    return true;
  }
}
