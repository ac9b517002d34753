import { expect } from "chai";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { BehaviorSubject } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import type { OperatorCommand, PageState } from "../../src/operator/protocol.ts";
import { serveOperator, type OperatorOptions, type OperatorServer } from "../../src/operator/server.ts";
import { launchChromium } from "./chromium.ts";
import { empty } from "./pageStates.ts";

/** The page in a real browser, behind a real server whose snapshots the test hands in. */
export interface BrowserRig {
  readonly server: OperatorServer;
  readonly state$: BehaviorSubject<PageState>;
  readonly page: Page;
  /** Kinds of the commands that reached the run, and the commands. */
  readonly commands: readonly string[];
  readonly asked: readonly OperatorCommand[];
  open(options?: BrowserContextOptions, url?: string, ownClock?: boolean): Promise<Page>;
  /** Resolves when an element says so. */
  says(selector: string, text: RegExp | string): Promise<void>;
  linked(): Promise<void>;
  /** Commands arrive over the wire: a snapshot that comes back proves they had the time to. */
  expectCommands(wanted: readonly string[]): Promise<void>;
}

/** Sets up and takes down around each test of the suite it is called in; `draws`: without 3D, or with. What a page complains about on its console fails its test, but for a link that the test cut. */
export function browserRig(more: Partial<OperatorOptions> = {}, draws: "flat" | "processor" = "flat"): BrowserRig {
  let browser: Browser;
  let server: OperatorServer;
  let asked: OperatorCommand[];
  let faults: string[];
  let state$: BehaviorSubject<PageState>;
  let page: Page | undefined;

  before(async function () {
    browser = await launchChromium(this, draws);
  });
  after(async () => await browser?.close());
  beforeEach(async () => {
    [asked, faults] = [[], []];
    state$ = new BehaviorSubject<PageState>(empty);
    server = await serveOperator({
      port: 0,
      description: sawyer,
      state$,
      onCommand: (command) => asked.push(command),
      say: () => {},
      ...more,
    });
  });
  afterEach(async () => {
    await page?.context().close();
    page = undefined;
    await server.close();
    expect(faults).to.deep.equal([]);
  });

  const rig: BrowserRig = {
    get server() {
      return server;
    },
    get state$() {
      return state$;
    },
    get page() {
      return page!;
    },
    get commands() {
      return asked.map(({ kind }) => kind);
    },
    get asked() {
      return asked;
    },
    open: async (options = {}, url = server.url, ownClock = false) => {
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
      page = await context.newPage();
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on(
        "console",
        (message) =>
          message.type() === "error" && !/WebSocket connection|ERR_/.test(message.text()) && faults.push(message.text()),
      );
      if (ownClock) await page.clock.install();
      await page.goto(url);
      return page;
    },
    says: async (selector, text) => await page!.locator(selector, { hasText: text }).first().waitFor(),
    linked: async () => await rig.says("#link", "live"),
    expectCommands: async (wanted) => {
      await page!.waitForTimeout(0);
      state$.next({ ...state$.value, reason: "answered" });
      await rig.says("#reason", "answered");
      expect(rig.commands).to.deep.equal(wanted);
    },
  };
  return rig;
}
