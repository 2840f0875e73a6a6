// A recording of more than 2³¹ samples, through a real arecord that a device delivers to as fast as it is read.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Microphone } from '#src/audio/capture/microphone';
import type { AudioInfo } from '#src/messages';
import { tempFolder } from '../support/temp';

const SAMPLE_RATE = 384_000;
const SETTINGS = { device: 'endless', backend: 'arecord', sampleRate: SAMPLE_RATE, segmentSeconds: 0.1 } as const;
const HOP_SECONDS = 60;
const HOP_SAMPLES = HOP_SECONDS * SAMPLE_RATE;
const SEGMENTS = Math.ceil(2 ** 31 / HOP_SAMPLES) + 2;

export async function recordPast2GiB(): Promise<{ isKept: boolean; samples: number; GiB: number; outages: number }> {
  const folder = tempFolder('endless');
  writeFileSync(join(folder, 'sound.raw'), Buffer.alloc(1 << 20, 1));
  writeFileSync(
    join(folder, 'asound.conf'),
    `</usr/share/alsa/alsa.conf>
pcm.endless { type file slave.pcm "null" file "/dev/null" infile "${join(folder, 'sound.raw')}" format "raw" }
`,
  );
  process.env.ALSA_CONFIG_PATH = join(folder, 'asound.conf');
  const told: AudioInfo[] = [];
  let outages = 0;
  await new Promise<void>(resolve => {
    const microphone: Microphone = new Microphone(
      { ...SETTINGS, hopSeconds: HOP_SECONDS },
      {
        segment(_pcm, info) {
          told.push(info);
          if (told.length === SEGMENTS) void microphone.stop().then(resolve);
        },
        outage: () => outages++,
        state() {},
        level() {},
        lost() {},
      },
    );
    microphone.start();
  });
  const samples = (SEGMENTS - 1) * HOP_SAMPLES;
  const isInOrder = told.every(({ sequence, overruns }, i) => sequence === i && overruns === 0);
  return { isKept: isInOrder && outages === 0, samples, GiB: Math.floor((samples * 4) / 2 ** 30), outages };
}
