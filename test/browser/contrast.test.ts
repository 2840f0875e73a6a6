// The check of contrast that the tests of the editor rely on, held to pairs of colours whose contrast is known.
import assert from 'node:assert/strict';
import { type Browser, chromium, type Page } from 'playwright-core';
import { faintColours, faintTexts } from '../support/contrast';
import { browserPath, requireSystem } from '../support/system';

describe('the check of contrast', function () {
  this.timeout(30_000);
  let browser: Browser;
  let page: Page;

  before(async function () {
    requireSystem(this, 'chromium');
    browser = await chromium.launch({ executablePath: browserPath(), args: ['--headless', '--no-sandbox'] });
    page = await browser.newPage();
  });
  after(() => browser?.close());

  /** What is found faint in a piece of HTML. */
  async function faintIn(html: string): Promise<string[]> {
    await page.setContent(`<style>* { transition: none }</style><main>${html}</main>`);
    return faintTexts(page, 'main');
  }

  it('finds faint letters, and names them', async () => {
    assert.deepEqual(await faintIn('<p style="color: #767676">read</p>'), []);
    assert.deepEqual(await faintIn('<p id="hint" style="color: #777777">guessed</p>'), [
      '4.48 p#hint "guessed" #777777 on #ffffff',
    ]);
    assert.equal((await faintIn('<div style="background: #222"><p style="color: #666">guessed</p></div>')).length, 1);
    assert.equal((await faintIn('<input value="typed" style="color: #999">')).length, 1);
  });

  it('finds letters that only their opacity makes faint', async () => {
    assert.equal((await faintIn('<p style="color: black; opacity: 0.4">guessed</p>')).length, 1);
    assert.equal((await faintIn('<p style="color: rgba(0, 0, 0, 0.4)">guessed</p>')).length, 1);
    assert.equal((await faintIn('<div style="background: rgba(0, 0, 0, 0.6)"><p>guessed</p></div>')).length, 1);
  });

  it('asks less of large letters', async () => {
    assert.deepEqual(await faintIn('<p style="color: #888; font-size: 24px">read</p>'), []);
    assert.equal((await faintIn('<p style="color: #999; font-size: 24px">guessed</p>')).length, 1);
    assert.deepEqual(await faintIn('<b style="color: #888; font-size: 19px">read</b>'), []);
  });

  it('leaves out what cannot be seen and what is switched off', async () => {
    const faint = 'style="color: #ccc"';
    assert.deepEqual(await faintIn(`<p>read</p><p hidden ${faint}>no</p><button disabled ${faint}>off</button>`), []);
  });

  it('finds colours of drawings that are faint, however they are written', async () => {
    await page.setContent('<main style="background: white">drawing</main>');
    const colours = { line: '#949494', bar: '#999999', curve: 'color-mix(in srgb, white 70%, black)' };
    assert.deepEqual(await faintColours(page, colours, 'main'), [
      '2.85 bar #999999 on #ffffff',
      '2.10 curve #b3b3b3 on #ffffff',
    ]);
  });

  it('does not pass where there is nothing to read', async () => {
    await assert.rejects(faintIn('<p hidden>nothing</p>'), /nothing to read/);
  });
});
