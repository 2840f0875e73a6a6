// Where files are written and read by the thousands: in memory, where the system has a place for that. A process that is
// killed leaves the same there as on a disk, and what a disk forgets in a power cut is worked out, not waited for.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

export const MEMORY_DISK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
