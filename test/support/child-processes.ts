// What the operating system says about the children of this process; the dead that nobody has reaped included.
import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the children of this process. */
export function children(): number[] {
  return list().map(({ pid }) => pid);
}

/** Those with this program name, as the kernel keeps it: 15 characters at most. */
export function childrenNamed(name: string): number[] {
  return list()
    .filter(child => child.name === name)
    .map(({ pid }) => pid);
}

function list(): { pid: number; name: string }[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .flatMap(pid => {
      const stat = statOf(pid);
      return stat?.parent === process.pid ? [{ pid: Number(pid), name: stat.name }] : [];
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
