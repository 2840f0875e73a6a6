// System parts that tests run against (a browser, a broker, a sound card's tools, another Node-RED): where they are, and what happens
// when one is missing. On a developer's machine the test is skipped with the reason; with CI=true it fails.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';
import { noteSkip } from './skips';

/** How to see that a part is there, and what brings it. */
interface Part {
  /** Programs that must all be on the path. */
  programs?: string[];
  /** Further check; throws where the part does not work. */
  check?: () => void;
  /** Debian packages that bring it. */
  debian?: string;
  /** Where Debian has none: how to install it. */
  install?: string;
}

/** Where `npm run test:parts` installs what is too large, or wants too new a Node.js, for a development dependency. */
export const PARTS_HOME = join(__dirname, '..', 'parts');
export const PARTS_FOLDER = join(PARTS_HOME, 'node_modules');

/** The same engine; without the windows of a desktop around it, it starts with half of the work. */
const BROWSERS = ['chromium-headless-shell', 'chromium'];

const ALSA_PULSE_PLUGIN = /libasound_module_pcm_pulse\.so/;

const PARTS = {
  arecord: { programs: ['arecord'], debian: 'alsa-utils' },
  pulseaudio: {
    programs: ['pulseaudio', 'paplay', 'arecord'],
    check: () => {
      const files = execFileSync('find', ['/usr/lib', '-name', 'libasound_module_pcm_pulse.so'], { encoding: 'utf8' });
      if (!ALSA_PULSE_PLUGIN.test(files)) throw new Error('the ALSA plug-in for PulseAudio is missing');
    },
    debian: 'alsa-utils libasound2-plugins pulseaudio pulseaudio-utils',
  },
  chromium: {
    check: () => {
      if (!browserPath()) throw new Error(`none of ${BROWSERS.join(', ')} found`);
    },
    debian: 'chromium-headless-shell',
  },
  flac: { programs: ['flac'], debian: 'flac' },
  mosquitto: { programs: ['mosquitto'], debian: 'mosquitto' },
  python3: { programs: ['python3'], debian: 'python3' },
  // Debian's own interpreter: a python3 found first on the path may be one without Debian's modules.
  'python3-soundfile': {
    check: () => void execFileSync('/usr/bin/python3', ['-c', 'import soundfile, numpy'], { stdio: 'pipe' }),
    debian: 'python3-soundfile python3-numpy',
  },
  'node-red-5': {
    check: () => {
      accessSync(join(PARTS_FOLDER, 'node-red', 'red.js'));
      execFileSync(join(PARTS_FOLDER, 'node', 'bin', 'node'), ['--version'], { stdio: 'pipe' });
    },
    install: 'npm run test:parts',
  },
  arm64: {
    programs: ['qemu-aarch64-static'],
    check: () => void execFileSync(join(__dirname, '..', 'arm64', 'parts', 'node'), ['--version'], { stdio: 'pipe' }),
    install: 'see CONTRIBUTING.md',
  },
  dashboard: {
    check: () => accessSync(join(PARTS_FOLDER, '@flowfuse', 'node-red-dashboard', 'package.json')),
    install: 'npm run test:parts',
  },
} satisfies Record<string, Part>;

export type SystemPart = keyof typeof PARTS;

/** Absolute path of a program, or undefined where it is not on the path. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  return folders.map(folder => join(folder, name)).find(isExecutable);
}

/** The Chromium that tests drive, or undefined where there is none. */
export function browserPath(): string | undefined {
  return BROWSERS.map(programPath).find(path => path !== undefined);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const known = new Map<SystemPart, string | undefined>();

/** What is wrong with a part, in words; undefined where it works. */
export function missing(part: SystemPart): string | undefined {
  if (!known.has(part)) known.set(part, inspect(part));
  return known.get(part);
}

function inspect(part: SystemPart): string | undefined {
  const { programs = [], check, debian, install = `apt-get install ${debian}` }: Part = PARTS[part];
  const absent = programs.filter(name => !programPath(name));
  const advice = `install it with: ${install}`;
  if (absent.length > 0) return `${absent.join(', ')} not found; ${advice}`;
  try {
    check?.();
    return undefined;
  } catch (error) {
    return `${part} does not work (${(error as Error).message.split('\n')[0]}); ${advice}`;
  }
}

/**
 * Call first in a test or hook that needs system parts: `requireSystem(this, 'arecord')`. Skips it where one is
 * missing; with CI=true it fails instead, so that nothing goes untested unnoticed.
 */
export function requireSystem(context: Context, ...parts: SystemPart[]): void {
  for (const part of parts) {
    const problem = missing(part);
    if (!problem) continue;
    if (process.env.CI === 'true') throw new Error(`this test needs ${part}: ${problem}`);
    skip(context, problem);
  }
}

/** Skips the running test (from a hook: all tests of its suite), with a reason that the run's summary lists. */
export function skip(context: Context, reason: string): never {
  noteSkip(context, reason);
  return context.skip();
}
