// Whether the process that made a lock or a temporary file is still running. A process number alone does not say: after a
// restart the same number belongs to another process, in each container numbers start anew, and in a folder that
// computers share they come from all of them.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';

/** Tells one run of one process from all others. */
export interface ProcessIdentity {
  /**
   * The machine since it was last started, 8 hex digits: the boot's own id where there is one, else a hash of the host's
   * name. Names alone do not tell machines apart: each Raspberry Pi is called raspberrypi until somebody renames it.
   */
  boot: string;
  /** Number of the name space that process numbers belong to: each container has its own. Empty where there is none. */
  space: string;
  pid: number;
  /** Start of the process in clock ticks since the boot; empty where /proc does not tell. */
  started: string;
}

const BOOT =
  contentOf('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ??
  createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const SPACE = ownSpace();

/**
 * File systems on disks of this machine's own (`f_type`, statfs(2)): ext2 to ext4, XFS, Btrfs, F2FS, ZFS, FAT, exFAT, what
 * lies in memory, and containers' own. What a process of an earlier boot made there, nobody uses any more.
 */
const OWN_DISKS = new Set([
  ...[0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x4d44, 0x2011bab0],
  ...[0x01021994, 0x858458f6, 0x794c7630],
]);

export function thisProcess(): ProcessIdentity {
  return { boot: BOOT, space: SPACE, pid: process.pid, started: startOf(process.pid) };
}

/** Whether its number means this process, or nothing, on this machine now. */
export const isNeighbour = ({ boot, space }: ProcessIdentity): boolean => boot === BOOT && space === SPACE;

/**
 * True or false where it can be known; undefined where the process may belong to another computer or container.
 * @param folder where its lock or file lies
 */
export function isRunning(identity: ProcessIdentity, folder: string): boolean | undefined {
  const { boot, pid, started } = identity;
  if (boot !== BOOT && isOnOwnDisk(folder)) return false;
  if (!isNeighbour(identity)) return undefined;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it exists and belongs to another user.
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return started && now ? started === now : undefined;
}

function isOnOwnDisk(folder: string): boolean {
  try {
    // 32-bit systems give the number with a sign.
    return OWN_DISKS.has(Number(statfsSync(folder, { bigint: true }).type & 0xffffffffn));
  } catch {
    return false;
  }
}

function ownSpace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat (proc(5)). */
function startOf(pid: number): string {
  const stat = contentOf(`/proc/${pid}/stat`);
  // The command, field 2, stands in parentheses and may contain anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
