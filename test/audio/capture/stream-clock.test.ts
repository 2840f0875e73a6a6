// Time stamps and silent losses of a stream, on a clock set by the test.
import assert from 'node:assert/strict';
import { StreamClock } from '#src/audio/capture/stream-clock';

const RATE = 1000;

/** A stream of one sample per millisecond, in chunks of 100. */
class Stream {
  now = 0;
  readonly clock = new StreamClock(RATE, () => this.now);
  lost = 0;
  losses = 0;

  /** `lateness` tells by how many milliseconds chunk i arrives late. */
  run(seconds: number, lateness: (i: number) => number = () => 0, speed = 1): void {
    const begin = this.now;
    for (let i = 0; i < seconds * 10; i++) {
      this.now = Math.max(this.now, begin + (i + 1) * 100 * speed + lateness(i));
      const lost = this.clock.advance(100);
      this.lost += lost;
      if (lost > 0) this.losses++;
    }
  }
}

describe('StreamClock', () => {
  const harmless: [string, (stream: Stream) => void][] = [
    ['a steady stream', stream => stream.run(600)],
    ['an uneven stream', stream => stream.run(600, i => (i % 13) * 30)],
    ['a device whose clock is slow', stream => stream.run(3600, undefined, 1.0005)],
    ['a device whose clock is fast', stream => stream.run(3600, undefined, 0.9995)],
  ];
  for (const [name, run] of harmless) {
    it(`finds no loss in ${name}`, () => {
      const stream = new Stream();
      run(stream);
      assert.equal(stream.losses, 0);
    });
  }

  it('takes a long delay that is made up for as a delay, not a loss', () => {
    const stream = new Stream();
    stream.run(10);
    stream.run(10, i => Math.max(0, 2000 - i * 100));
    assert.equal(stream.losses, 0);
  });

  it('finds a stretch of sound that never came, once, and how long it was', () => {
    const stream = new Stream();
    stream.run(10);
    stream.now += 1500;
    stream.run(20);
    assert.equal(stream.losses, 1);
    assert.equal(stream.lost, 1500);
  });

  it('does not find again what was told already', () => {
    const stream = new Stream();
    stream.run(10);
    stream.now += 1500;
    stream.clock.resynchronise();
    stream.run(20);
    assert.equal(stream.losses, 0);
  });

  it('says when a sample was recorded, undisturbed by chunks that come late', () => {
    const stream = new Stream();
    stream.run(4, i => (i % 3) * 40);
    // The stream began at 0 on its own clock; sample 1234 came 1234 ms later.
    const expected = Date.now() - (stream.now - 1234);
    assert.ok(Math.abs(stream.clock.timeOf(1234) - expected) <= 2);
  });
});
