// What a process holds on to, as the system sees it, and what it has written.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * @returns memory in MB, and how many threads, open files, child processes, and files below `folder` but for the versions
 * of models, of which each training adds one
 */
export function vitalsOf(pid, folder) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return {
    rssMb: Math.round(number('VmRSS') / 102.4) / 10,
    threads: number('Threads'),
    handles: readdirSync(`/proc/${pid}/fd`).length,
    children: children.length,
    files: readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      entry => entry.isFile() && !entry.name.endsWith('.safetensors'),
    ).length,
  };
}
