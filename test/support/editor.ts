// Node-RED's editor in a real Chromium, used as a person uses it: palette, dialogs, Deploy, inject buttons, sidebar.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { FlowEntry, NodeRed } from './node-red';
import { PACKAGE_ROOT } from './pack';
import { browserPath } from './system';

// Pictures that a test run leaves behind for people to look at (not under version control): of failures, and where
// EARSHOT_LOOK is set of all that is shown.
const ARTIFACTS = join(PACKAGE_ROOT, 'artifacts');
const LOOKS = Boolean(process.env.EARSHOT_LOOK);

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Moves of the mouse from the palette to the workspace. */
const DRAG_STEPS = 4;
/** The longest wait for anything, on a machine with much else to do. */
const WAITING_MS = 30_000;
/** The same for the whole editor to load. */
const LOADING_MS = 60_000;
const WINDOW = { width: 1540, height: 860 };

/** Dialogs are there at once: drawing each step of their slide is what takes longest of opening one. */
const NO_SLIDE = `addEventListener('DOMContentLoaded', () => document.head.append(
  Object.assign(document.createElement('style'), { textContent: '.red-ui-tray { transition: none !important }' }),
))`;

export class Editor {
  /** Errors on the browser's console and exceptions nobody caught. */
  readonly consoleErrors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    private readonly pictures: string,
  ) {
    page.on('console', message => {
      if (message.type() === 'error') this.consoleErrors.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', error => this.consoleErrors.push(error.stack ?? error.message));
  }

  /** Opens the editor; pictures of it go to a folder below `artifacts`, by default there. */
  static async open(url: string, pictures = ''): Promise<Editor> {
    const editor = await Editor.browse(url, pictures);
    try {
      await editor.loaded();
    } catch (error) {
      await editor.failed('to open the editor');
      await editor.close();
      throw error;
    }
    return editor;
  }

  /** Opens another page in such a browser. */
  static async browse(url: string, pictures = ''): Promise<Editor> {
    const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS });
    const page = await browser.newPage({ viewport: WINDOW });
    page.setDefaultTimeout(WAITING_MS);
    await page.addInitScript(NO_SLIDE);
    const editor = new Editor(browser, page, join(ARTIFACTS, pictures));
    await page.goto(url);
    return editor;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Loads the editor anew, as a browser that is set to a language does, e.g. `nl-NL`. */
  async speak(locale: string): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const userAgent = (await this.page.evaluate('navigator.userAgent')) as string;
    await session.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: locale });
    await this.page.reload();
    await this.loaded();
  }

  /** Deploys a flow from elsewhere and shows it. An editor that is open meanwhile would ask for nodes that are gone. */
  async showFlow(nodeRed: NodeRed, flow: FlowEntry[]): Promise<void> {
    await this.page.goto('about:blank');
    await nodeRed.deploy(flow);
    await this.page.goto(nodeRed.url);
    await this.loaded();
  }

  /** Waits until the editor can be used: after a reload of its page. */
  async loaded(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').waitFor({ timeout: LOADING_MS });
    await this.page.locator('.red-ui-palette-node').first().waitFor({ timeout: LOADING_MS });
    await this.page
      .locator('#red-ui-loading-progress, .red-ui-splash')
      .waitFor({ state: 'hidden', timeout: LOADING_MS });
    await this.quiet();
  }

  /** Waits until no notification covers the workspace. */
  async quiet(): Promise<void> {
    await this.page.locator('.red-ui-notification').first().waitFor({ state: 'detached' });
  }

  /** Keeps a picture of the window, or of one part of it, for those who want to look (EARSHOT_LOOK). */
  async picture(name: string, part?: Locator): Promise<void> {
    if (LOOKS) await this.keep(name, part);
  }

  /** Keeps a picture of what a test that failed had before it. */
  async failed(title: string): Promise<void> {
    await this.keep(`failed ${title}`.slice(0, 80));
  }

  private async keep(name: string, part?: Locator): Promise<void> {
    mkdirSync(this.pictures, { recursive: true });
    await (part ?? this.page).screenshot({ path: join(this.pictures, `${name}.png`) });
  }

  /** Drags a node from the palette to a place in the workspace (pixels from its corner); returns its id. */
  async drag(type: string, x: number, y: number): Promise<string> {
    const source = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await source.scrollIntoViewIfNeeded();
    const from = await source.boundingBox();
    const workspace = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!from || !workspace) throw new Error(`${type} is not visible in the palette`);
    const selected = `(RED.view.selection().nodes ?? [])[0]?.id`;
    const before = await this.page.evaluate(selected);
    const { mouse } = this.page;
    await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await mouse.down();
    for (let step = 1; step <= DRAG_STEPS; step++) {
      await mouse.move(
        from.x + ((workspace.x + x - from.x) * step) / DRAG_STEPS,
        from.y + ((workspace.y + y - from.y) * step) / DRAG_STEPS,
      );
    }
    await mouse.up();
    // What is drawn as selected may be the one before, for a frame.
    const dropped = await this.page.waitForFunction(
      `(id => id !== ${JSON.stringify(before ?? null)} && id)(${selected})`,
    );
    const id = (await dropped.jsonValue()) as string;
    await this.page.locator(`[id="${id}"]`).waitFor();
    return id;
  }

  /** Opens a node's edit dialog by a double click; returns the dialog. */
  async edit(id: string): Promise<Locator> {
    await this.page.locator(`[id="${id}"] .red-ui-flow-node`).first().dblclick();
    return this.dialog();
  }

  get topDialog(): Locator {
    return this.page.locator('.red-ui-tray').last();
  }

  /** The topmost dialog, when it can be used. */
  async dialog(): Promise<Locator> {
    await this.topDialog.locator('form').first().waitFor();
    await this.isReady();
    return this.topDialog;
  }

  /** The last that happens to a dialog that opens: Node-RED puts the cursor into it, a little after it is there. */
  private async isReady(): Promise<void> {
    await this.page.waitForFunction(
      `[...document.querySelectorAll('.red-ui-tray')].at(-1).contains(document.activeElement)`,
    );
  }

  /** Closes the topmost dialog with Done (a config node's: Add or Update) or Cancel. */
  async closeDialog(button: 'ok' | 'cancel' = 'ok'): Promise<void> {
    const tray = await this.topDialog.elementHandle();
    await this.topDialog.locator(`#node-dialog-${button}, #node-config-dialog-${button}`).click();
    await tray?.waitForElementState('hidden');
    if ((await this.topDialog.count()) > 0) await this.topDialog.locator('form').first().waitFor(); // the one below
  }

  /** Cancels every open dialog, e.g. after a test that failed in one. */
  async closeDialogs(): Promise<void> {
    while ((await this.page.locator('.red-ui-tray').count()) > 0) await this.closeDialog('cancel');
  }

  /** Imports an example flow of a package through the Import dialog and shows its tab. */
  async importExample(packageName: string, title: string): Promise<void> {
    const tabs = this.page.locator('#red-ui-workspace-tabs .red-ui-tab');
    const before = await tabs.count();
    await this.page.evaluate(`RED.actions.invoke('core:show-examples-import-dialog')`);
    const list = this.page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    await list.getByText(packageName, { exact: true }).first().click();
    await list.getByText(title, { exact: true }).first().click();
    await this.page.locator('#red-ui-clipboard-dialog-ok').click();
    // The dialog has closed before the flow is there.
    await tabs.nth(before).click();
    await this.dismiss('.red-ui-notification');
  }

  /** Presses Deploy and waits until the editor says that it is done. */
  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.dismiss('.red-ui-notification-success');
  }

  /** Waits for a notification and closes it by a click: it would cover the workspace for five seconds. */
  private async dismiss(notification: string): Promise<void> {
    await this.page.locator(notification).first().click();
    await this.quiet();
  }

  /** Presses the button of an inject node. */
  async press(id: string): Promise<void> {
    await this.page.locator(`[id="${id}"] .red-ui-flow-node-button-button`).click();
  }

  /** Shows the debug sidebar; returns its messages, oldest first. */
  async debugMessages(): Promise<Locator> {
    await this.page.evaluate(`RED.sidebar.show('debug')`);
    return this.page.locator('.red-ui-debug-msg');
  }
}
