// What the operating system says about the children of a process; the dead that nobody has reaped included.
import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the children of this process. */
export function children(): number[] {
  return list(process.pid).map(({ pid }) => pid);
}

/** Those of a process with this program name, as the kernel keeps it: 15 characters at most. */
export function childrenNamed(name: string, parent = process.pid): number[] {
  return list(parent)
    .filter(child => child.name === name)
    .map(({ pid }) => pid);
}

function list(parent: number): { pid: number; name: string }[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .flatMap(pid => {
      const stat = statOf(pid);
      return stat?.parent === parent ? [{ pid: Number(pid), name: stat.name }] : [];
    });
}

function statOf(pid: string): { name: string; parent: number } | undefined {
  try {
    const found = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return found ? { name: found[1], parent: Number(found[2]) } : undefined;
  } catch {
    // Gone while the list was read.
    return undefined;
  }
}
