import { expect } from "chai";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { BehaviorSubject } from "rxjs";
import { acceptsIn } from "../../launch/armView.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { serveOperator, type OperatorServer } from "../../src/operator/server.ts";
import type { PageState } from "../../src/operator/protocol.ts";
import { launchChromium } from "../support/chromium.ts";
import { contrastOfWorst } from "../support/contrast.ts";
import { lineTo, type Line } from "../support/line.ts";
import { empty, finished, practising, stopped } from "../support/pageStates.ts";

describe("the page in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let server: OperatorServer;
  let commands: string[];
  let faults: string[];
  let state$: BehaviorSubject<PageState>;
  let page: Page;

  before(async function () {
    browser = await launchChromium(this);
  });
  after(async () => await browser?.close());
  beforeEach(async () => {
    commands = [];
    faults = [];
    state$ = new BehaviorSubject<PageState>(empty);
    server = await serveOperator({
      port: 0,
      description: sawyer,
      state$,
      onCommand: ({ kind }) => commands.push(kind),
      say: () => {},
    });
  });
  afterEach(async () => {
    await page.context().close();
    await server.close();
    expect(faults).to.deep.equal([]);
  });

  /** Opens the page; whatever it complains about on its console fails the test, but for a link that the test cut. */
  async function open(options: BrowserContextOptions = {}, url = server.url, ownClock = false) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on(
      "console",
      (message) => message.type() === "error" && !/WebSocket connection|ERR_/.test(message.text()) && faults.push(message.text()),
    );
    if (ownClock) await page.clock.install();
    await page.goto(url);
    return page;
  }
  const says = async (selector: string, text: RegExp | string) =>
    await page.locator(selector, { hasText: text }).first().waitFor();
  const linked = async () => await says("#link", "live");

  it("can be read before anything has been heard", async () => {
    const script = /\.js$/;
    const context = await browser.newContext();
    page = await context.newPage();
    await page.route(script, (route) => route.abort());
    await page.goto(server.url);
    await says("#mode", "offline");
    await says("#stages", "evaluate, practise, fine-tune, gate, evaluate again");
    await says("footer", "not the arm's safety-rated stop");
    expect(await page.locator("#stop").isVisible()).to.equal(true);
  });

  it("takes the token out of its address, and keeps it for a reload", async () => {
    await open();
    await linked();
    expect(page.url()).to.equal(new URL("/", server.url).href);
    await page.reload();
    await linked();
  });

  it("shows mode and reason, stages, scores, curves, counters, joints and the arm", async () => {
    await open();
    state$.next(practising);
    await says("#mode", "running");
    await says("#reason", "decoder labels every step");
    expect(await page.locator("#stages li").count()).to.equal(5);
    expect(await page.locator("#stages li[data-state=running] progress").getAttribute("value")).to.equal("1240");
    await says("#scores", "before: 41 %");
    await says("#scores", "36 % to 47 %");
    await page.locator("#curves .plot").nth(3).waitFor();
    expect(await page.locator("#curves h3").allTextContents()).to.deep.equal([
      "decoded reward-0.574",
      "critic0.487",
      "actor1",
      "decoder0.302",
    ]);
    expect(await page.locator("[data-counter=clamps]").textContent()).to.equal("17");
    expect(await page.locator(".joint").count()).to.equal(7);
    for (const canvas of ["#top", "#side"]) expect(await inked(canvas), canvas).to.be.greaterThan(500);
  });

  /** How many pixels of a canvas differ from the commonest colour by much: an empty one has only its grid. */
  const inked = async (canvas: string) =>
    await page.locator(canvas).evaluate((element) => {
      const { width, height } = element as unknown as { width: number; height: number };
      const pen = (
        element as unknown as { getContext(kind: string): { getImageData(...box: number[]): { data: Uint8Array } } }
      ).getContext("2d");
      const { data } = pen.getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3]! > 128 && Math.min(data[i]!, data[i + 1]!, data[i + 2]!) < 100) count++;
      return count;
    });

  it("draws the arm where the snapshot says it is", async () => {
    await open({ colorScheme: "light" });
    state$.next({ ...practising, scene: { marks: [] } });
    await says("#mode", "running");
    const before = await page.locator("#side").screenshot();
    state$.next({
      ...practising,
      scene: { marks: [] },
      reason: "moved",
      arm: { ...practising.arm!, points: practising.arm!.points.map(([x, y, z]) => [x, y, z + 0.1]) },
    });
    await says("#reason", "moved");
    expect(before.equals(await page.locator("#side").screenshot())).to.equal(false);
  });

  it("ends with before, after and the gate's verdict", async () => {
    await open();
    state$.next(finished);
    await says("#scores", "after: 63 %");
    await says("#gate[data-verdict=promote]", "The gate promoted the new weights");
    await says("#gate", "0.15 to 0.29");
    state$.next({ ...finished, gate: { verdict: "refuse", reasons: ["after is worse"] } });
    await says("#gate[data-verdict=refuse]", "The gate refused the new weights");
  });

  it("stops by its button", async () => {
    await open();
    await linked();
    await page.click("#stop");
    await expectCommands(["stop"]);
  });

  it("stops by the space key wherever the focus is, once for a key held down, and presses nothing else", async () => {
    await open();
    state$.next(practising);
    await page.locator("#commands button", { hasText: "Hold" }).focus();
    await page.keyboard.down("Space");
    await page.keyboard.down("Space");
    await page.keyboard.up("Space");
    await expectCommands(["stop"]);
  });

  it("offers the commands that mean something now, and no others", async () => {
    await open();
    state$.next(stopped);
    await says("#mode", "stopped");
    expect(await page.locator("#commands button").allTextContents()).to.deep.equal(["Reset"]);
    await page.click("#commands button");
    await expectCommands(["reset"]);
    expect(await page.locator("#stop").isVisible()).to.equal(true);
  });

  it("has a button for every command that a run can offer, but for those of the jog pad", async () => {
    await open();
    const modes = ["idle", "running", "resetting", "holding", "stopped", "disabled", "manual"];
    for (const [mode, outside] of modes.flatMap((mode) => [[mode, false] as const, [mode, true] as const])) {
      const accepts = acceptsIn(mode, outside);
      state$.next({ ...practising, mode, reason: `${mode} ${outside}`, accepts });
      await says("#reason", `${mode} ${outside}`);
      const pad = accepts.filter((kind) => kind === "jog" || kind === "jog-joint");
      expect(await page.locator("#commands button").count(), mode).to.equal(
        accepts.filter((kind) => kind !== "stop" && !pad.includes(kind)).length,
      );
      expect(await page.locator("#jog").isVisible(), mode).to.equal(pad.length > 0);
    }
  });

  it("takes over by hand, and jogs as long as a button is held and no longer", async () => {
    await open({}, server.url, true);
    state$.next({ ...practising, accepts: ["hold", "take-over", "stop"] });
    await page.click("#commands button:has-text('Take over by hand')");
    state$.next({ ...practising, mode: "idle", accepts: acceptsIn("idle") });
    await page.locator("#pad button", { hasText: "x+" }).hover();
    await page.mouse.down();
    await page.clock.runFor(250);
    await page.mouse.up();
    await page.clock.runFor(1000);
    await expectCommands(["take-over", "jog", "jog", "jog", "jog"]);
  });

  it("leads an arm back inside only while its button is held", async () => {
    await open({}, server.url, true);
    state$.next({ ...stopped, mode: "idle", accepts: acceptsIn("idle", true) });
    await page.locator("#commands button", { hasText: "Hold to lead the arm back inside" }).hover();
    await page.mouse.down();
    await page.clock.runFor(170);
    await page.mouse.up();
    await page.clock.runFor(1000);
    await expectCommands(["recover", "recover", "recover"]);
  });

  /** Commands arrive over the wire: a snapshot that comes back proves they had the time to. */
  async function expectCommands(wanted: readonly string[]) {
    await page.waitForTimeout(0);
    state$.next({ ...state$.value, reason: "answered" });
    await says("#reason", "answered");
    expect(commands).to.deep.equal(wanted);
  }

  it("says that the run has ended, and keeps its last word on the screen", async () => {
    await open();
    state$.next(finished);
    await says("#scores", "after: 63 %");
    await server.close();
    await says("#banner", "The run has ended");
    await says("#scores", "after: 63 %");
  });

  it("says so when its token is wrong", async () => {
    await open({}, server.url.replace(/token=.*/, "token=wrong"));
    await says("#banner", "this address lacks its token");
  });

  describe("on a line that goes silent", () => {
    let line: Line;
    beforeEach(async () => (line = await lineTo(Number(new URL(server.url).port))));
    afterEach(() => line.cut());

    it("says within a second that the link is lost and how old the picture is, and comes back by itself", async () => {
      const url = new URL(server.url);
      url.port = String(line.port);
      await open({}, url.href, true);
      state$.next(practising);
      await says("#mode", "running");
      line.freeze();
      await page.clock.fastForward(950);
      expect(await page.locator("body").getAttribute("data-link")).to.equal("lost");
      expect(await page.locator("#banner").textContent()).to.match(
        /^Link lost\. What you see is \d+ s old.*use the arm's own stop\.$/,
      );
      await page.clock.fastForward(3000);
      await says("#link", "live");
      expect(await page.locator("#banner").isHidden()).to.equal(true);
    });
  });

  it("does not pretend that a stop without a link was sent", async () => {
    await open();
    state$.next(practising);
    await says("#mode", "running");
    await server.close();
    await says("#link", "ended");
    await page.keyboard.press("Space");
    await says("#banner", "Not sent: there is no link. Use the arm's own stop.");
    expect(commands).to.deep.equal([]);
  });

  for (const [title, options] of [
    ["on a phone", { viewport: { width: 360, height: 740 } }],
    ["on a desk, in the dark", { colorScheme: "dark" }],
  ] as const)
    it(`fits ${title}: nothing sticks out, and the stop button is in sight`, async () => {
      await open(options);
      state$.next(practising);
      await says("#mode", "running");
      await page.locator("#curves .plot").first().waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).to.equal(0);
      await page.evaluate("scrollTo(0, 600)");
      const box = (await page.locator("#stop").boundingBox())!;
      const { height } = page.viewportSize()!;
      expect(box.y).to.be.at.least(0);
      expect(box.y + box.height).to.be.at.most(height);
      expect(box.height).to.be.at.least(44);
    });

  it("has text that can be read: at least 4.5 to 1 against its ground, by day and by night", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page?.context().close();
      await open({ colorScheme });
      state$.next(practising);
      await says("#scores", "41 %");
      const worst = (await page.evaluate(contrastOfWorst)) as { ratio: number; text: string };
      expect(worst.ratio, `${colorScheme}: ${worst.text}`).to.be.at.least(4.5);
    }
  });
});
