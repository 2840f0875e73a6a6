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

  it('measures a loss that is known, however short, and does not find it again', () => {
    const stream = new Stream();
    stream.run(10);
    stream.now += 120;
    stream.clock.noteLoss();
    assert.ok(stream.clock.isMeasuring);
    stream.run(20);
    assert.deepEqual([stream.losses, stream.lost, stream.clock.isMeasuring], [1, 120, false]);
  });

  it('measures losses that follow each other faster than one is measured', () => {
    const stream = new Stream();
    stream.run(10);
    for (let i = 0; i < 20; i++) {
      stream.now += 200;
      stream.clock.noteLoss();
      stream.run(1);
    }
    stream.run(20);
    assert.equal(Math.round(stream.lost), 20 * 200);
  });

  it('adds up losses that are each too short to be told from a delay', () => {
    const stream = new Stream();
    for (let i = 0; i < 30; i++) {
      stream.run(10);
      stream.now += 300;
    }
    stream.run(20);
    // What is lost within the drift that clocks may have is taken for drift.
    assert.ok(stream.lost > 0.9 * 30 * 300 && stream.lost <= 30 * 300, `${stream.lost} ms`);
  });

  it('says when a sample was recorded, undisturbed by chunks that come late', () => {
    const stream = new Stream();
    stream.run(4, i => (i % 3) * 40);
    // The stream began at 0 on its own clock; sample 1234 came 1234 ms later.
    const expected = Date.now() - (stream.now - 1234);
    assert.ok(Math.abs(stream.clock.timeOf(1234) - expected) <= 2);
  });

  it('counts on past 2³¹ samples and past 2 GiB', () => {
    const stream = new Stream();
    stream.run(10);
    const hours = 700;
    stream.now += 3_600_000 * hours;
    stream.clock.advance(3_600_000 * hours);
    assert.ok(3_600_000 * hours > 2 ** 31);
    stream.run(10);
    assert.equal(stream.lost, 0);
    stream.now += 1500;
    stream.run(10);
    assert.equal(stream.lost, 1500);
  });
});
