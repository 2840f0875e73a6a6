// A microphone without hardware: a null sink of a private PulseAudio whose monitor is an ALSA device. What is played
// into the sink is what the device records, bit for bit. Killing the server is a fair stand-in for an unplugged device.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './processes';
import { tempFolder } from './temp';
import { until } from './wait';

const SAMPLE_RATE = 44100;
const LEAD_IN_SAMPLES = SAMPLE_RATE / 2;
const HUSH = 'SIGKILL';

export class FakeMicrophone {
  /** The ALSA name; to be recorded at `sampleRate`. */
  readonly device = 'fakemic';
  readonly sampleRate = SAMPLE_RATE;
  private readonly socket: string;
  private readonly before: NodeJS.ProcessEnv = {};
  private server: Program | undefined;
  private readonly players = new Set<Program>();

  private constructor(private readonly folder: string) {
    this.socket = join(folder, 'run', 'pulse.sock');
  }

  /** Plugs a microphone in. Until `stop()`, ALSA programs started by this process see it, and only it. */
  static async start(): Promise<FakeMicrophone> {
    const microphone = new FakeMicrophone(tempFolder('microphone'));
    microphone.configure();
    await microphone.plugIn();
    return microphone;
  }

  /** Starts the sound server; the device can be opened when this resolves. */
  async plugIn(): Promise<void> {
    rmSync(this.socket, { force: true });
    this.server = await Program.start('pulseaudio', [
      ...['-n', '-F', join(this.folder, 'pulse.pa'), '--exit-idle-time=-1'],
      ...['--daemonize=no', '--use-pid-file=no', '--disallow-exit'],
    ]);
    await until('sound server', () => existsSync(this.socket), { timeout: 25_000 });
  }

  /** Pulls the microphone out: the server dies without a word to its clients. */
  async unplug(): Promise<void> {
    await this.server?.stop(5000, 'SIGKILL');
  }

  /** Plays 16-bit samples after half a second of silence; resolves when they have been heard to the end, or hushed. */
  async play(samples: Int16Array): Promise<void> {
    const file = join(this.folder, 'played.raw');
    // The sink has rendered ahead when a player comes: what it then plays at once is not in the recording.
    writeFileSync(file, Buffer.concat([Buffer.alloc(LEAD_IN_SAMPLES * 2), Buffer.from(samples.buffer)]));
    // A long buffer, so that a busy machine does not leave holes.
    const player = await Program.start('paplay', [
      ...['--raw', '--format=s16le', `--rate=${SAMPLE_RATE}`, '--channels=1', '--latency-msec=2000'],
      ...['-d', 'fakesink', file],
    ]);
    this.players.add(player);
    const { code, signal } = await player.ended;
    this.players.delete(player);
    if (code !== 0 && signal !== HUSH) throw new Error(`paplay failed: ${player.output}`);
  }

  /** Ends what is played before its end. */
  hush(): void {
    for (const player of this.players) player.signal(HUSH);
  }

  /** Adds another ALSA device; returns how to take it away. */
  define(name: string, definition: string): () => void {
    const file = join(this.folder, 'asound.conf');
    const before = readFileSync(file);
    writeFileSync(file, `${before}pcm.${name} ${definition}\n`);
    return () => writeFileSync(file, before);
  }

  async stop(): Promise<void> {
    await this.unplug();
    for (const [name, value] of Object.entries(this.before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }

  private configure(): void {
    const [runtime, home] = ['run', 'home'].map(name => join(this.folder, name));
    mkdirSync(runtime, { mode: 0o700 });
    mkdirSync(home);
    writeFileSync(
      join(this.folder, 'pulse.pa'),
      [
        // Without rewinds the sink renders 50 ms at a time, not 2 s: its monitor is heard that much sooner.
        `load-module module-null-sink sink_name=fakesink rate=${SAMPLE_RATE} channels=1 format=s16le norewinds=1`,
        'set-default-source fakesink.monitor',
        // Last, so that a server that can be reached has its sink.
        `load-module module-native-protocol-unix socket=${this.socket} auth-anonymous=1`,
        '',
      ].join('\n'),
    );
    const alsa = join(this.folder, 'asound.conf');
    writeFileSync(
      alsa,
      `</usr/share/alsa/alsa.conf>
pcm.${this.device} { type pulse device "fakesink.monitor" hint { show on description "Fake microphone" } }
`,
    );
    this.setEnvironment({
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      PULSE_SERVER: `unix:${this.socket}`,
      ALSA_CONFIG_PATH: alsa,
    });
  }

  private setEnvironment(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) {
      this.before[name] = process.env[name];
      process.env[name] = value;
    }
  }
}

/** Reproducible noise in which every stretch is unlike any other; never silent, so that its first sample is found. */
export function noise(length: number, seed = 1): Int16Array {
  let state = seed;
  return Int16Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) & 0x7fff) - 0x4000 || 1;
  });
}

/** Where `played` starts in `heard` (float32 in −1…1), judged by its first samples; −1 where it does not occur. */
export function findPlayed(heard: Float32Array, played: Int16Array): number {
  const probe = 32;
  for (let start = 0; start + probe <= heard.length; start++) {
    let i = 0;
    while (i < probe && heard[start + i] === played[i] / 32768) i++;
    if (i === probe) return start;
  }
  return -1;
}
