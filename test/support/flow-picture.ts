// Pictures of flows in the editor for the documentation: a whole example after it has run, or a part of one.
import { Editor } from './editor';
import type { FlowEntry, NodeRed } from './node-red';
import { keepPicture, shootAround, TAKES_PICTURES, wordsOfFlow, wordsOfPlot } from './picture-book';

/** Large enough for every example at its full size. */
const WINDOW = { width: 2300, height: 2400 };
/** Pictures under nodes are asked for when their tab is shown. */
const PICTURES_MS = 2500;
const MARGIN = 10;

/** Opens the editor on the first tab, without nodes that have no place: those that tests add to look into a flow. */
async function openLarge(nodeRed: NodeRed): Promise<Editor> {
  const editor = await Editor.open(nodeRed.url);
  await editor.page.setViewportSize(WINDOW);
  await editor.page.evaluate(`(() => {
    for (const node of RED.nodes.filterNodes({})) if (!node.x && !node.y) RED.nodes.remove(node.id);
    RED.view.redraw(true);
  })()`);
  await editor.page.waitForTimeout(PICTURES_MS);
  return editor;
}

/**
 * Keeps a picture of what is deployed, as it stands.
 * @param flow the example as it is in the package: what the picture is held to
 * @param parts ids of the nodes and groups to show; all where there are none
 */
export async function keepFlowPicture(
  name: string,
  nodeRed: NodeRed,
  flow: readonly FlowEntry[],
  parts?: readonly string[],
): Promise<void> {
  const shown = parts ? flow.filter(({ id, g }) => parts.includes(id) || parts.includes(String(g))) : flow;
  await keepPicture(name, wordsOfFlow(shown), async () => {
    const editor = await openLarge(nodeRed);
    try {
      return await shootFlow(editor, shown, !parts);
    } finally {
      await editor.close();
    }
  });
}

/**
 * Keeps pictures that audio-plot nodes have drawn, each by its plot: plots/PLOT.
 * @param nodes audio-plot nodes of what is deployed
 */
export async function keepPlotPictures(nodeRed: NodeRed, nodes: readonly FlowEntry[]): Promise<void> {
  const editor = TAKES_PICTURES ? await openLarge(nodeRed) : undefined;
  try {
    for (const node of nodes) {
      await keepPicture(`plots/${node.plot}`, wordsOfPlot(node), async () => {
        const picture = editor!.page.locator(`g[id="${node.id}"] .earshot-plot`);
        await picture.waitFor({ state: 'visible' });
        return shootAround(editor!.page, [picture]);
      });
    }
  } finally {
    await editor?.close();
  }
}

/** A picture of these nodes and groups, with the statuses and pictures under them and, where wanted, with all wires. */
async function shootFlow({ page }: Editor, flow: readonly FlowEntry[], withWires: boolean): Promise<Buffer> {
  const onCanvas = flow.filter(({ x, y }) => x !== undefined && y !== undefined);
  const nodes = onCanvas.map(({ id }) => page.locator(`g[id="${id}"]`).first());
  const wires = withWires ? await page.locator('.red-ui-flow-link-line').all() : [];
  return shootAround(page, [...nodes, ...wires], MARGIN);
}
