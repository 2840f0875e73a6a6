// What a check of a folder says, held against what a pass over it really gives.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECK_LIMITS, type CheckEvent, checkFolder, type FolderCheck } from '#src/audio/folder-check';
import { type PassOptions, readPass } from '#src/audio/folder-pass';
import { type Pad, segmentCount, segmentStarts } from '#src/audio/segment';
import { folderCheckTask } from '#src/tasks/folder-check';
import { tempFolder } from '../support/temp';
import { FIXTURES, wav16 } from './fixtures';

const options = (folder: string, more: Partial<PassOptions> = {}): PassOptions => ({
  ...{ folder, recursive: true, labels: 'folder', onlyLabels: [], sampleRate: 0, segmentSeconds: 0 },
  ...{ hopSeconds: 0, pad: 'right', channels: 'mix' },
  ...more,
});

async function checked(events: AsyncIterable<CheckEvent>): Promise<FolderCheck> {
  for await (const event of events) if (event.type === 'checked') return event.check;
  throw new Error('no result');
}

function mixedFolder(): string {
  const folder = tempFolder('check');
  for (const label of ['normal', 'odd']) mkdirSync(join(folder, label));
  writeFileSync(join(folder, 'normal', '1.wav'), wav16(new Int16Array(8000)));
  writeFileSync(join(folder, 'normal', '2.wav'), wav16(new Int16Array(2500)));
  writeFileSync(
    join(folder, 'normal', '3.wav'),
    wav16(new Int16Array(2 * 22_050), { sampleRate: 22_050, channels: 2 }),
  );
  writeFileSync(join(folder, 'odd', 'short.wav'), wav16(new Int16Array(300)));
  writeFileSync(join(folder, 'odd', 'broken.wav'), 'no sound');
  return folder;
}

describe('checking a folder', () => {
  it('counts the segments that a pass gives, whatever the settings', async () => {
    const folder = mixedFolder();
    for (const pad of ['right', 'drop'] as Pad[]) {
      for (const channels of ['mix', 'each'] as const) {
        for (const more of [
          {},
          { segmentSeconds: 0.1 },
          { segmentSeconds: 0.1, hopSeconds: 0.03, sampleRate: 16_000 },
        ]) {
          const wanted = options(folder, { pad, channels, ...more });
          let segments = 0;
          for await (const { type } of readPass(wanted)) if (type === 'segment') segments++;
          assert.equal((await checked(checkFolder(wanted))).segments, segments, JSON.stringify(wanted));
        }
      }
    }
  });

  it('gives files and seconds per label, rates, short files and unreadable ones with the reason', async () => {
    const check = await checked(folderCheckTask.open(options(mixedFolder(), { segmentSeconds: 0.1, pad: 'drop' })));
    assert.deepEqual(check.labels, [
      { label: 'normal', files: 3, seconds: 1 + 0.3125 + 1, segments: 10 + 3 + 10 },
      { label: 'odd', files: 1, seconds: 0.0375, segments: 0 },
    ]);
    assert.deepEqual(check.rates, [
      { sampleRate: 8000, files: 3 },
      { sampleRate: 22_050, files: 1 },
    ]);
    assert.deepEqual([check.files, check.short, check.unreadableCount, check.isCut], [4, 1, 1, false]);
    const reason = 'not a sound file: its content is none of WAV, MP3, FLAC, Ogg Vorbis or Opus.';
    assert.deepEqual(check.unreadable, [{ filename: 'odd/broken.wav', reason }]);
  });

  it('notices files of different lengths where they go out whole, and only there', async () => {
    const folder = mixedFolder();
    assert.deepEqual((await checked(checkFolder(options(folder)))).lengths, { least: 0.0375, most: 1 });
    assert.equal((await checked(checkFolder(options(folder, { segmentSeconds: 0.1 })))).lengths, undefined);
    const equal = tempFolder('check');
    for (const samples of [8000, 8100]) writeFileSync(join(equal, `${samples}.wav`), wav16(new Int16Array(samples)));
    assert.equal((await checked(checkFolder(options(equal)))).lengths, undefined, 'as good as equal');
  });

  it('takes the length of WAV and FLAC from their headers and says which it does not know', async () => {
    const check = await checked(
      checkFolder(options(FIXTURES, { recursive: false, labels: { pattern: '(flac|mp3)$' } })),
    );
    const of = (label: string) => check.labels.find(count => count.label === label);
    assert.ok(of('flac')!.seconds > 0 && of('mp3')!.seconds === 0);
    assert.equal(check.unknownLengths, 4, 'MP3, Vorbis, Opus, and the FLAC that does not say');
  });

  it('stops at its limits and says so', async () => {
    const folder = mixedFolder();
    const few = await checked(checkFolder(options(folder), { ...CHECK_LIMITS, files: 2 }));
    assert.deepEqual([few.files, few.isCut], [2, true]);
    assert.ok((await checked(checkFolder(options(folder), { ...CHECK_LIMITS, entries: 3 }))).isCut);
    assert.ok((await checked(checkFolder(options(folder), { ...CHECK_LIMITS, milliseconds: 0 }))).isCut);
  });

  it('counts segments as they are cut', () => {
    for (const pad of ['right', 'left', 'drop'] as Pad[]) {
      for (let samples = 1; samples < 40; samples++) {
        for (const length of [1, 3, 7, 50]) {
          for (const hop of [1, 2, 7, 9]) {
            assert.equal(segmentCount(samples, length, hop, pad), segmentStarts(samples, length, hop, pad).length);
          }
        }
      }
    }
  });
});
