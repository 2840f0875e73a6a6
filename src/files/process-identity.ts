// Whether the process that made a lock or a spool file is still running. A process number alone does not say: after a
// power cut or in a new container the same number belongs to another process, so its start is compared too.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Tells one run of one process from all others. */
export interface ProcessIdentity {
  /** Hash of the host's name: in a shared folder, process numbers of another host mean nothing here. */
  host: string;
  pid: number;
  /** Boot and start time of the process where /proc tells them, else empty. */
  started: string;
}

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

export function thisProcess(): ProcessIdentity {
  return { host: HOST, pid: process.pid, started: startOf(process.pid) };
}

/** True or false where it can be known, undefined where the process belongs to another host. */
export function isRunning({ host, pid, started }: ProcessIdentity): boolean | undefined {
  if (host !== HOST) return undefined;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it exists and belongs to another user.
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return started === startOf(pid);
}

/** Field 22 of /proc/PID/stat (clock ticks since boot; proc(5)) and the start of the boot's own id. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command, field 2, stands in parentheses and may contain anything.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot}${ticks}`;
  } catch {
    return '';
  }
}
