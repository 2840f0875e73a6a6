// Pictures in the editor, in a real Chromium: the example flow is imported, deployed and run with the mouse, and the
// pictures appear under their nodes, open large, and go away when they are not wanted.
// With EARSHOT_LOOK set, pictures go to artifacts/.
import assert from 'node:assert/strict';
import type { Editor } from '../support/editor';
import { GENERATIONS } from '../support/generations';
import type { FlowEntry, NodeRed } from '../support/node-red';
import { until } from '../support/wait';
import { describeInEditor } from '../support/workbench';

const PACKAGE_NAME = '@earshot/node-red-audio-anomaly';
const EXAMPLE = '10 pictures of a motor';

describeInEditor('pictures in the editor', GENERATIONS, [], function (bench) {
  this.timeout(240_000);
  let nodeRed: NodeRed;
  let editor: Editor;
  let flow: FlowEntry[];
  /** Requests for pictures. */
  const asked: string[] = [];

  const idOf = (fits: (node: FlowEntry) => boolean): string => {
    const node = flow.find(fits);
    assert.ok(node);
    return node.id;
  };
  const plotId = (plot: string): string => idOf(node => node.plot === plot);
  const plotOf = (plot: string) => editor.page.locator(`[id="${plotId(plot)}"] .earshot-plot`);
  const addressOf = async (plot: string): Promise<string> =>
    (await plotOf(plot).locator('image').getAttribute('href')) ?? '';
  const press = async (name: RegExp) =>
    editor.press(idOf(node => node.type === 'inject' && name.test(String(node.name))));

  before(async () => {
    ({ editor, nodeRed } = bench);
    editor.page.on('request', request => {
      if (request.url().includes('/audio-anomaly/plot/')) asked.push(request.url().split('/').at(-1)!);
    });
    await editor.importExample(PACKAGE_NAME, EXAMPLE);
    const trainer = (await editor.page.evaluate(`RED.nodes.filterNodes({ type: 'vae-train' })[0].id`)) as string;
    const dialog = await editor.edit(trainer);
    await dialog.locator('#node-input-epochs').fill('8');
    await editor.closeDialog();
    await editor.deploy();
    flow = await nodeRed.get<FlowEntry[]>('/flows');
  });

  it('are not there before there is something to draw', async () => {
    for (const plot of ['counts', 'loss', 'scores']) assert.equal(await plotOf(plot).isVisible(), false);
  });

  it('appear under their nodes while the flow works', async () => {
    await press(/^1/);
    for (const plot of ['counts', 'loss', 'waveform', 'spectrogram', 'heatmap', 'scores']) {
      await plotOf(plot).waitFor({ state: 'visible', timeout: 120_000 });
      const [node, image] = await Promise.all([
        editor.page
          .locator(`[id="${plotId(plot)}"] .red-ui-flow-node`)
          .first()
          .boundingBox(),
        plotOf(plot).locator('image').boundingBox(),
      ]);
      assert.ok(node && image);
      assert.deepEqual([image.width, image.height].map(Math.round), [420, 270], plot);
      assert.ok(
        image.y >= node.y + node.height && Math.abs(image.x - node.x) < 2,
        `${plot}: ${JSON.stringify({ node, image })}`,
      );
    }
    await nodeRed.status(plotId('scores'), /^24 scores$/, { timeout: 60_000 });
    assert.match((await plotOf('loss').getAttribute('aria-label')) ?? '', /^Open the picture of .+: epoch \d+\/8$/);
    // Its address ends with the next picture: read and asked for in one go.
    const shown = `fetch(document.querySelector('[id="${plotId('scores')}"] .earshot-plot image').getAttribute('href'))`;
    await until('picture of all scores', async () => {
      const text = (await editor.page.evaluate(`${shown}.then(got => got.text())`)) as string;
      return /\d+ of 24 anomalous/.test(text);
    });
    await editor.page.evaluate('document.querySelector("#red-ui-workspace-chart").scrollTo(0, 0)');
    await editor.picture('pictures in the flow, learning');
    await editor.page.evaluate('document.querySelector("#red-ui-workspace-chart").scrollTo(0, 540)');
    await editor.picture('pictures in the flow, listening');
  });

  it('hold what the node drew: decoded, neither empty nor broken', async () => {
    for (const plot of ['waveform', 'counts']) {
      const size = await editor.page.evaluate(`new Promise(resolve => {
        const image = new Image();
        image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
        image.onerror = () => resolve('broken');
        image.src = ${JSON.stringify(await addressOf(plot))};
      })`);
      assert.deepEqual(size, [420, 270], plot);
    }
  });

  it('open large with a click, or from the keyboard, and can be saved', async () => {
    await plotOf('waveform').click();
    const dialog = editor.page.locator('.ui-dialog', { has: editor.page.locator('.earshot-plot-large') });
    await dialog.waitFor();
    const image = dialog.locator('img');
    await until('picture in the dialog', () =>
      image.evaluate(element => (element as unknown as { naturalWidth: number }).naturalWidth > 900),
    );
    assert.match((await dialog.locator('.ui-dialog-title').textContent()) ?? '', /the sound/);
    await editor.picture('picture opened large');
    const download = editor.page.waitForEvent('download');
    await dialog.getByText('Save picture').click();
    assert.equal((await download).suggestedFilename(), 'waveform.png');
    await dialog.locator('.ui-dialog-buttonpane button', { hasText: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    await plotOf('scores').focus();
    await editor.page.keyboard.press('Enter');
    await dialog.waitFor();
    await editor.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const selected = (await editor.page.evaluate(
      '(RED.view.selection().nodes ?? []).map(node => node.type)',
    )) as string[];
    assert.equal(selected.includes('audio-plot'), false);
  });

  it('follow the flow: another pass brings another picture', async () => {
    const before = await addressOf('spectrogram');
    await press(/^2/);
    await until('another picture', async () => (await addressOf('spectrogram')) !== before, { timeout: 60_000 });
  });

  it('are asked for only while their tab is in view', async () => {
    await nodeRed.status(plotId('scores'), /^(48) scores$/, { timeout: 60_000 });
    await editor.page.evaluate(`RED.workspaces.add()`);
    await editor.page.waitForTimeout(1500);
    asked.length = 0;
    await nodeRed.inject(idOf(node => node.type === 'inject' && /^2/.test(String(node.name))));
    await nodeRed.status(plotId('scores'), /^(72) scores$/, { timeout: 60_000 });
    assert.equal(asked.length, 0, asked.join());
    await editor.page.evaluate(
      `RED.workspaces.show(${JSON.stringify(idOf(node => node.label === 'Pictures of a motor'))})`,
    );
    await plotOf('scores').waitFor({ state: 'visible' });
    assert.ok(asked.includes(plotId('scores')));
  });

  it('go away where the node is told not to show them', async () => {
    const dialog = await editor.edit(plotId('counts'));
    await editor.picture('dialog audio-plot, counts', dialog);
    await dialog.locator('#node-input-inline').uncheck();
    await editor.closeDialog();
    await plotOf('counts').waitFor({ state: 'detached' });
    await plotOf('loss').waitFor({ state: 'visible' });
  });
});
