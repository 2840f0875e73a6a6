// decibri and naudiodon for real where they are installed (npm packages that a user may add), on a microphone made of
// PulseAudio; and what is said where they are not.
import assert from 'node:assert/strict';
import type { Capture } from '#src/audio/capture/backend';
import { findPeer, peerBackend } from '#src/audio/capture/peer';
import type { UserError } from '#src/errors';
import { children } from '../../support/child-processes';
import { FakeMicrophone, findPlayed, noise } from '../../support/fake-microphone';
import { PARTS_HOME, requireSystem, skip } from '../../support/system';
import { sleep, until, within } from '../../support/wait';

for (const name of ['decibri', 'naudiodon'] as const) {
  describe(name, () => {
    let microphone: FakeMicrophone | undefined;
    let capture: Capture | undefined;
    let others: number[] = [];
    const hosts = () => children().filter(pid => !others.includes(pid));

    /** Starts a recording; resolves with what it heard and how it ended. */
    const record = (device: string) => {
      const chunks: Float32Array[] = [];
      let overruns = 0;
      const ended = new Promise<UserError>(resolve => {
        capture = peerBackend(name, [PARTS_HOME]).start(
          { device, sampleRate: 44100 },
          { data: pcm => chunks.push(pcm), overrun: () => overruns++, end: resolve },
        );
      });
      return { chunks, ended, overruns: () => overruns };
    };

    before(async function () {
      // Not one of the parts that CI must have: the package is the user's choice.
      if (!findPeer(name, [PARTS_HOME])) skip(this, `${name} is not installed; install it with: npm run test:parts`);
      requireSystem(this, 'arecord', 'pulseaudio');
      microphone = await FakeMicrophone.start();
    });
    beforeEach(() => {
      others = children();
    });
    afterEach(async () => {
      await capture?.stop();
      capture = undefined;
      assert.deepEqual(hosts(), []);
    });
    after(() => microphone?.stop());

    it('lists the microphone', async () => {
      const devices = await peerBackend(name, [PARTS_HOME]).devices();
      assert.ok(
        devices.some(({ id }) => id.includes('fakemic')),
        JSON.stringify(devices),
      );
    });

    it('delivers the very samples that the microphone hears', async () => {
      const { chunks, overruns } = record('fakemic');
      const played = noise(2 * 44100);
      await until('sound', () => chunks.length > 0, { timeout: 15_000 });
      await microphone?.play(played);
      const heard = () => Float32Array.from(chunks.flatMap(chunk => [...chunk]));
      await until('the whole sound', () => {
        const from = findPlayed(heard(), played);
        return from >= 0 && heard().length >= from + played.length;
      });
      const from = findPlayed(heard(), played);
      const same = heard().subarray(from, from + played.length);
      assert.deepEqual(
        Int16Array.from(same, sample => sample * 32768),
        played,
      );
      assert.equal(overruns(), 0);
    });

    it('explains a device that does not exist', async () => {
      const { ended } = record('nowhere');
      const error = await within(15_000, 'end', ended);
      assert.equal(error.code, 'capture-no-device');
      assert.match(error.message, /^no sound device nowhere; .* does not list it/);
    });

    it('is gone when it was stopped, even when it does not react', async () => {
      const { chunks } = record('default');
      await until('sound', () => chunks.length > 0, { timeout: 15_000 });
      for (const pid of hosts()) process.kill(pid, 'SIGSTOP');
      await capture?.stop();
      assert.deepEqual(hosts(), []);
      const { length } = chunks;
      await sleep(200);
      assert.equal(chunks.length, length);
    });
  });

  describe(`${name} that is not installed`, () => {
    before(function () {
      if (findPeer(name, [])) skip(this, `${name} is installed`);
    });

    it('says how to install it', async () => {
      const backend = peerBackend(name, []);
      const ended = new Promise<UserError>(resolve => {
        backend.start({ device: 'default', sampleRate: 44100 }, { data: () => {}, overrun: () => {}, end: resolve });
      });
      const error = await within(5000, 'end', ended);
      assert.equal(error.code, 'capture-not-installed');
      assert.match(error.message, new RegExp(`^${name} is not installed; .*npm install ${name}`));
      await assert.rejects(async () => backend.devices(), { code: 'capture-not-installed' });
    });
  });
}
