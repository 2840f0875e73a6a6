/** What work throws that was asked to stop; not an error. */
export class Cancelled extends Error {
  constructor() {
    super('the work was cancelled');
  }
}
