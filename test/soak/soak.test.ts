// The soak in short: a few minutes of a microphone with all that an hour of it has, and how its figures are judged.
import assert from 'node:assert/strict';

interface Hour {
  rssMb: number;
  threads: number;
  handles: number;
  children: number;
  files: number;
}
type Counts = Record<'sent' | 'decided' | 'refused' | 'lost' | 'waiting' | 'trained', number>;

describe('npm run soak', function () {
  this.timeout(180_000);

  it('has every segment decided, or counted as lost where a deployment cut it off', async () => {
    const { soak } = (await import('../../scripts/soak/soak.mjs' as string)) as {
      soak(hours: number, onHour: (hour: Hour) => void, options: { hourSeconds: number }): Promise<Counts>;
    };
    const hours: Hour[] = [];
    const counts = await soak(1, hour => hours.push(hour), { hourSeconds: 120 });
    const { sent, decided, lost, refused, waiting, trained } = counts;
    assert.deepEqual([sent, refused, waiting, trained], [60, 0, 0, 1]);
    assert.equal(decided + lost, sent);
    assert.ok(decided > 50, `${decided} decided`);
    assert.equal(hours.length, 1);
  });

  it('tells what grew, and what went missing', async () => {
    const { judge } = (await import('../../scripts/soak/judge.mjs' as string)) as {
      judge(hours: Hour[], counts: Counts): string[];
    };
    const hour: Hour = { rssMb: 200, threads: 13, handles: 30, children: 0, files: 8 };
    const counts: Counts = { sent: 10, decided: 9, refused: 0, lost: 1, waiting: 0, trained: 1 };
    const hours = (change: (i: number) => Partial<Hour>) =>
      Array.from({ length: 72 }, (_, i) => ({ ...hour, ...change(i) }));
    assert.deepEqual(
      judge(
        hours(() => ({})),
        counts,
      ),
      [],
    );
    assert.match(
      judge(
        hours(i => ({ rssMb: 200 + i })),
        counts,
      ).join(),
      /memory went from 203 to 269 MB/,
    );
    assert.match(
      judge(
        hours(i => ({ handles: 30 + Math.floor(i / 24) })),
        counts,
      ).join(),
      /handles went from 30 to 32/,
    );
    assert.match(judge([], { ...counts, decided: 8 }).join(), /10 sent, but not as many accounted for/);
    assert.match(judge([], { ...counts, refused: 1, lost: 0 }).join(), /1 segments were refused/);
  });
});
