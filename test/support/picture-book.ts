// The pictures of the documentation, in docs/images. With EARSHOT_PICTURES set (`npm run pictures`) tests take them;
// otherwise they compare the words on each stored picture with what can be read now. Pixels are not compared: fonts and
// renderers differ, and what is measured live does too.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { FlowEntry } from './node-red';
import { PACKAGE_ROOT } from './pack';
import { photograph, wordsOf } from './photograph';

/** Whether this run takes the pictures anew. */
export const TAKES_PICTURES = Boolean(process.env.EARSHOT_PICTURES);
const FOLDER = join(PACKAGE_ROOT, 'docs', 'images');

/**
 * Keeps a picture, or, where none are taken, holds the stored one to the words.
 * @param name below docs/images, without `.png`
 * @param words what can be read on it and does not change from run to run
 */
export async function keepPicture(name: string, words: readonly string[], shoot: () => Promise<Buffer>): Promise<void> {
  const file = join(FOLDER, `${name}.png`);
  if (!TAKES_PICTURES) return assertTrue(file, words);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, photograph(await shoot(), words));
}

/** @throws AssertionError where the stored picture is missing, was not taken by a test, or shows other words */
export function assertTrue(file: string, words: readonly string[]): void {
  const advice = 'take it anew with: npm run pictures';
  assert.ok(existsSync(file), `there is no ${file}; ${advice}`);
  const stored = wordsOf(readFileSync(file));
  assert.ok(stored, `${file} does not say what it shows; ${advice}`);
  const gone = stored.filter(word => !words.includes(word));
  const added = words.filter(word => !stored.includes(word));
  const difference = [...gone.map(word => `- ${word}`), ...added.map(word => `+ ${word}`)].join('\n');
  assert.deepEqual(stored, words, `${file} is out of date; ${advice}\n${difference}`);
}

/** A picture of the rectangle of the page that holds all of these elements, and `margin` pixels around it. */
export async function shootAround(page: Page, elements: readonly Locator[], margin = 0): Promise<Buffer> {
  const boxes = (await Promise.all(elements.map(element => element.boundingBox()))).filter(box => box !== null);
  const left = Math.max(0, Math.min(...boxes.map(box => box.x)) - margin);
  const top = Math.max(0, Math.min(...boxes.map(box => box.y)) - margin);
  const right = Math.max(...boxes.map(box => box.x + box.width)) + margin;
  const bottom = Math.max(...boxes.map(box => box.y + box.height)) + margin;
  return page.screenshot({ clip: { x: left, y: top, width: right - left, height: bottom - top } });
}

/** What can be read of a flow on the canvas, and where it lies: from the flow as it is saved. */
export function wordsOfFlow(flow: readonly FlowEntry[]): string[] {
  return flow
    .filter(({ x, y }) => x !== undefined && y !== undefined)
    .map(({ type, name, plot, x, y }) => [type, name, plot, `at ${x},${y}`].filter(Boolean).join(' '));
}

/** Likewise of the picture that an audio-plot node draws, wherever the node lies. */
export const wordsOfPlot = ({ type, name, plot }: FlowEntry): string[] => [
  [type, name, plot].filter(Boolean).join(' '),
];
