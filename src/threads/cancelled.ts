/** What a training ends with when it was asked to stop; not an error. */
export class Cancelled extends Error {
  constructor() {
    super('the training was cancelled');
  }
}
