// How the example flows lie on the canvas: on the grid, in groups, readable from left to right, and with room for the
// pictures that audio-plot nodes draw below themselves.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

interface Placed {
  id: string;
  type: string;
  name?: string;
  x: number;
  y: number;
  /** Of a group, which stands at its upper left corner; of an audio-plot node, its picture. */
  w?: number;
  h?: number;
  width?: number;
  height?: number;
  g?: string;
  tosidebar?: boolean;
  wires?: string[][];
}

interface Box {
  what: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const GRID = 20;
const NODE_HEIGHT = 30;
/** A button stands out this far beside its node. */
const BUTTON = 25;
const BUTTON_LEFT = ['inject', 'wav-folder', 'vae-train', 'mic-in', 'spectrogram-to-audio'];
const FIXED_WIDTH: Record<string, number> = { 'link in': 30, 'link out': 30, junction: 10 };
/** Between a node and its picture, for the status. */
const PICTURE_GAP = 22;

/** As the editor has it, give or take the font: an icon, and some 7 pixels a letter, in steps of the grid. */
function widthOf({ type, name }: Placed): number {
  return FIXED_WIDTH[type] ?? Math.max(100, GRID * Math.ceil((7 * (name || type).length + 50) / GRID));
}

function boxOf(node: Placed): Box {
  const { type, x, y } = node;
  const half = widthOf(node) / 2;
  const rightButton = type === 'debug' && node.tosidebar !== false ? BUTTON : 0;
  return {
    what: node.name || type,
    left: x - half - (BUTTON_LEFT.includes(type) ? BUTTON : 0),
    right: x + half + rightButton,
    top: y - NODE_HEIGHT / 2,
    bottom: y + NODE_HEIGHT / 2,
  };
}

/** The picture below an audio-plot node. */
function plotBoxOf(node: Placed): Box {
  const left = node.x - widthOf(node) / 2;
  const top = node.y + NODE_HEIGHT / 2 + PICTURE_GAP;
  const [width, height] = [Number(node.width), Number(node.height)];
  return { what: `picture of ${node.name}`, left, top, right: left + width, bottom: top + height };
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const folder = join(PACKAGE_ROOT, 'examples');
/** Drawn before these rules: laying them out anew goes with taking their pictures in the documentation anew. */
const OLDER = /^(10|30) /;
const files = readdirSync(folder).filter(name => name.endsWith('.json') && !OLDER.test(name));

describe('the layout of the example flows', () => {
  for (const file of files) {
    const flow = (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Placed[]).filter(({ x }) => x !== undefined);
    const groups = new Map(flow.filter(({ type }) => type === 'group').map(group => [group.id, group]));
    const nodes = flow.filter(({ type }) => type !== 'group');

    describe(file, () => {
      it('is on the grid', () => {
        const off = nodes.filter(({ x, y }) => y % GRID !== 0 || x % (GRID / 4) !== 0);
        assert.deepEqual(off.map(boxOf), []);
      });

      it('has no two nodes, and no picture, on top of each other', () => {
        const boxes = [...nodes.map(boxOf), ...nodes.filter(({ type }) => type === 'audio-plot').map(plotBoxOf)];
        const hits = boxes.flatMap((a, i) =>
          boxes
            .slice(i + 1)
            .filter(b => overlap(a, b))
            .map(b => [a, b]),
        );
        assert.deepEqual(hits, []);
      });

      it('has every node within its group, but for the note on top', () => {
        const outside = nodes.filter(node => {
          const group = groups.get(String(node.g));
          if (!group) return node.type !== 'comment';
          const { left, right, top, bottom } = boxOf(node);
          const [w, h] = [Number(group.w), Number(group.h)];
          return left < group.x || top < group.y || right > group.x + w || bottom > group.y + h;
        });
        assert.deepEqual(outside.map(boxOf), []);
      });

      it('has groups that do not overlap and begin at one line', () => {
        const boxes = [...groups.values()].map(({ name = '', x, y, w, h }): Box => {
          return { what: name, left: x, top: y, right: x + Number(w), bottom: y + Number(h) };
        });
        const hits = boxes.flatMap((a, i) =>
          boxes
            .slice(i + 1)
            .filter(b => overlap(a, b))
            .map(b => [a, b]),
        );
        assert.deepEqual(hits, []);
        assert.equal(new Set(boxes.map(({ left }) => left)).size, 1);
      });

      it('reads from left to right', () => {
        const byId = new Map(nodes.map(node => [node.id, node]));
        const back = nodes.flatMap(node =>
          (node.wires ?? []).flat().flatMap(id => {
            const next = byId.get(id);
            return next && boxOf(next).left < node.x ? [`${boxOf(node).what} → ${boxOf(next).what}`] : [];
          }),
        );
        assert.deepEqual(back, []);
      });
    });
  }
});
