// A part of a dialog that tries what the node would do with the fields as they are, deployed or not. One trial goes on at
// a time; it ends by itself, when it is stopped, when a field changes that it was made with, and with the dialog.
import { problemOf } from '../shared/editor';
import type { Lines } from '../shared/server';
import { fieldsOf, inputOf, onFieldChange } from './fields';
import { type DialogPart, dialogName } from './part';

export abstract class Trial implements DialogPart {
  /** What went wrong with the trial. */
  protected problem: string | undefined;
  /** What goes on. */
  protected running: Lines | undefined;
  // What this dialog asks anew takes the place of what it asked before; other dialogs have other names.
  private readonly dialog = dialogName();
  private readonly unwatch: () => void;

  /** @param fields that a trial depends on. An heir calls `reset` when its elements are there. */
  constructor(private readonly fields: readonly string[]) {
    this.unwatch = onFieldChange(fields.map(inputOf), () => this.reset());
  }

  close(): void {
    this.unwatch();
    this.reset();
  }

  /** Takes off what a trial has shown. */
  protected abstract clear(): void;

  /** Shows that none goes on. */
  protected abstract rest(): void;

  /** Ends what goes on; what is shown belongs to the fields as they were. */
  protected reset(): void {
    this.stop();
    this.problem = undefined;
    this.clear();
  }

  protected stop(): void {
    this.running?.stop();
    this.running = undefined;
    this.rest();
  }

  /** The fields as they are, as Node-RED wants them. */
  protected form(): Record<string, unknown> {
    return { ...fieldsOf(this.fields), dialog: this.dialog };
  }

  /**
   * Waits for an answer; `problem` says what went wrong with it.
   * @returns whether it came to its end, instead of being stopped
   */
  protected async answered(request: Lines): Promise<boolean> {
    this.running = request;
    try {
      await request.over;
    } catch (thrown) {
      this.problem = problemOf(thrown);
    }
    if (this.running !== request) return false;
    this.stop();
    return true;
  }
}
