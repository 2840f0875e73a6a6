// Code that several pages of nodes share is written once and put into each of them by the build: what the pages
// register must be there as soon as the editor runs them, and what they would fetch might not be.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a page that stands for a file, e.g. "  // include shared/editor/forms.js". */
const LINE = /^([ \t]*)\/\/[ \t]*include\b(.*)$/gm;

export class Includes {
  #root;
  #unused;

  /**
   * @param root where the files' names start
   * @param folder the folder in it with the files, all of which must be used
   */
  constructor(root, folder) {
    this.#root = root;
    this.#unused = new Set(readdirSync(join(root, folder)).map(name => `${folder}/${name}`));
  }

  /** The text of a page with the files it names, indented like the line that names them. */
  fillIn(page, text) {
    return text.replace(LINE, (_line, indent, rest) => {
      const file = rest.trim();
      const path = join(this.#root, file);
      if (!statSync(path, { throwIfNoEntry: false })?.isFile())
        throw new Error(`${page} includes "${file}", which does not exist`);
      this.#unused.delete(file);
      return readFileSync(path, 'utf8')
        .trimEnd()
        .replace(/^(?=.)/gm, indent);
    });
  }

  assertAllUsed() {
    if (this.#unused.size > 0) throw new Error(`no page includes ${[...this.#unused].join(', ')}`);
  }
}
