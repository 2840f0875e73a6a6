// Records what a process does to files: each write, flush, rename, removal and new folder, in the order in which they
// come to their end. Here Node's own functions are replaced, not in the package: it runs as it is.
import fs from 'node:fs';
import promises from 'node:fs/promises';

/** Functions that would change files behind the recorder's back. */
const UNKNOWN = ['appendFile', 'copyFile', 'cp', 'symlink', 'truncate', 'ftruncate', 'writev', 'createWriteStream'];
/** Those for removals are what Node's own removal by promise calls. */
const BY_CALLBACK = ['open', 'write', 'writeFile', 'rename', 'link', 'mkdir', 'fsync', 'fdatasync'];

/** @param note is given each operation: `{op, …}` with absolute paths, bytes as a Buffer */
export async function recordFiles(note) {
  const original = { ...fs };
  /** Open files and folders: where the next write goes. */
  const opened = new Map();
  let handles = 0;

  const isThere = path => original.existsSync(path);
  const open = (path, flags, wasThere) => {
    const id = ++handles;
    opened.set(id, { position: 0 });
    const isWritten = typeof flags === 'string' && /[wa]/.test(flags);
    note({ op: 'open', id, path, isNew: isWritten && !wasThere, isEmptied: isWritten && wasThere });
    return id;
  };
  const write = (id, bytes, position) => {
    const at = position ?? opened.get(id).position;
    if (position === null || position === undefined) opened.get(id).position = at + bytes.length;
    note({ op: 'write', id, at, bytes: Buffer.from(bytes) });
  };
  const part = (data, offset = 0, length = data.byteLength - offset) =>
    Buffer.from(data.buffer, data.byteOffset + offset, length);

  replaceSync();
  replacePromises();
  await replaceHandles();
  for (const name of UNKNOWN) forbid(fs, [name, `${name}Sync`]);
  forbid(promises, UNKNOWN);
  forbid(fs, BY_CALLBACK);

  function replaceSync() {
    const idOf = new Map();
    fs.openSync = (path, flags = 'r', mode) => {
      const wasThere = isThere(path);
      const fd = original.openSync(path, flags, mode);
      idOf.set(fd, open(path, flags, wasThere));
      return fd;
    };
    fs.writeSync = (fd, data, offset, length, position) => {
      const count = original.writeSync(fd, data, offset, length, position);
      // What was not opened here is no file of ours: the standard output.
      if (idOf.has(fd)) write(idOf.get(fd), part(data, offset ?? 0, count), position);
      return count;
    };
    fs.writeFileSync = (file, data, options) => {
      const flag = options?.flag ?? 'w';
      const fd = fs.openSync(file, flag);
      try {
        fs.writeSync(fd, Buffer.from(data), 0, Buffer.byteLength(data), null);
      } finally {
        fs.closeSync(fd);
      }
    };
    for (const name of ['fsyncSync', 'fdatasyncSync']) {
      fs[name] = fd => {
        original[name](fd);
        note({ op: 'flush', id: idOf.get(fd) });
      };
    }
    fs.closeSync = fd => {
      original.closeSync(fd);
      idOf.delete(fd);
    };
    for (const [name, op] of Object.entries({ renameSync: 'rename', linkSync: 'link' })) {
      fs[name] = (from, to) => {
        original[name](from, to);
        note({ op, from, to });
      };
    }
    for (const name of ['rmSync', 'unlinkSync']) {
      fs[name] = (path, options) => {
        const wasThere = isThere(path);
        original[name](path, options);
        if (wasThere) note({ op: 'remove', path });
      };
    }
    fs.mkdirSync = (path, options) => {
      const made = original.mkdirSync(path, options);
      note({ op: 'mkdir', path });
      return made;
    };
  }

  function replacePromises() {
    const { open: openHandle, rename, link, rm, unlink, mkdir } = { ...promises };
    promises.open = async (path, flags = 'r', mode) => {
      const wasThere = isThere(path);
      const handle = await openHandle(path, flags, mode);
      handle.recorded = open(path, flags, wasThere);
      return handle;
    };
    promises.rename = async (from, to) => {
      await rename(from, to);
      note({ op: 'rename', from, to });
    };
    promises.link = async (from, to) => {
      await link(from, to);
      note({ op: 'link', from, to });
    };
    for (const [name, remove] of Object.entries({ rm, unlink })) {
      promises[name] = async (path, options) => {
        const wasThere = isThere(path);
        await remove(path, options);
        if (wasThere) note({ op: 'remove', path });
      };
    }
    promises.mkdir = async (path, options) => {
      await mkdir(path, options);
      note({ op: 'mkdir', path });
    };
    forbid(promises, ['writeFile']);
  }

  async function replaceHandles() {
    const probe = await promises.open('/', 'r');
    const methods = Object.getPrototypeOf(probe);
    await probe.close();
    const { write: writePart, datasync, sync } = methods;
    methods.write = async function (data, offset, length, position) {
      const result = await writePart.call(this, data, offset, length, position);
      write(this.recorded, part(data, offset ?? 0, result.bytesWritten), position);
      return result;
    };
    methods.writeFile = async function (data) {
      const bytes = Buffer.isBuffer(data) ? data : typeof data === 'string' ? Buffer.from(data) : part(data);
      for (let done = 0; done < bytes.length; ) {
        done += (await this.write(bytes, done, bytes.length - done, null)).bytesWritten;
      }
    };
    for (const [name, flush] of Object.entries({ datasync, sync })) {
      methods[name] = async function () {
        await flush.call(this);
        note({ op: 'flush', id: this.recorded });
      };
    }
    forbid(methods, ['appendFile', 'truncate', 'writev', 'createWriteStream']);
  }
}

function forbid(object, names) {
  for (const name of names) {
    if (!(name in object)) continue;
    object[name] = () => {
      throw new Error(`${name} is not recorded yet: add it to scripts/torture/recorder.mjs`);
    };
  }
}
