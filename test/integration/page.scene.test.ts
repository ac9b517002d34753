import { get } from "node:http";
import { expect } from "chai";
import { LIMITS_FILE } from "../../launch/sawyer.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { loadLimits } from "../../src/config/limits.ts";
import { rad } from "../../src/domain/units.ts";
import { linkTransforms, tree } from "../../src/kinematics/tree.ts";
import type { PageState } from "../../src/operator/protocol.ts";
import { browserRig } from "../support/browserRig.ts";
import { practising } from "../support/pageStates.ts";

const body = tree(sawyer);
const tipOf = (q: readonly number[]) => linkTransforms(body, q).get(sawyer.tip)!.p;
const at = (position: readonly number[], more: Partial<PageState> = {}): PageState => ({
  ...practising,
  ...more,
  arm: { ...practising.arm!, position: position.map(rad) },
});
const bent = [0.1, -0.9, 0.05, 1.7, 0, 0.75, 3.3];
const turned = [0.6, ...bent.slice(1)];

describe("the arm in 3D on the page", function () {
  this.timeout(60_000);
  const rig = browserRig({ limits: loadLimits(LIMITS_FILE) }, "processor");
  const { open, says } = rig;
  const canvas = () => rig.page.locator("#picture .space canvas");
  const shown = async (options = {}) => {
    await open({ reducedMotion: "reduce", viewport: { width: 480, height: 520 }, ...options });
    rig.state$.next(at(bent));
    await rig.page.locator("#picture[data-drawn=deep]").waitFor();
  };
  const pressed = () => rig.page.locator(".sights [aria-pressed=true]").allTextContents();
  /** Resolves when the canvas shows something else than before; what it shows then. */
  const other = async (before: Buffer) => {
    for (;;) {
      const now = await canvas().screenshot();
      if (!now.equals(before)) return now;
    }
  };

  it("appears in place of the flat views, and says where the tip is", async () => {
    await shown();
    expect(await rig.page.locator("#top").isVisible()).to.equal(false);
    await says(".where", `x ${tipOf(bent)[0].toFixed(3)}`);
    const before = await canvas().screenshot();
    rig.state$.next(at(turned));
    await says(".where", `y ${tipOf(turned)[1].toFixed(3)}`);
    await other(before);
  });

  it("looks from where a button or the arrow keys say; the space key stops there too", async () => {
    await shown();
    expect(await pressed()).to.deep.equal(["Corner"]);
    let picture = await canvas().screenshot();
    for (const sight of ["Front", "Side", "Top"]) {
      await rig.page.getByRole("button", { name: sight, exact: true }).press("Enter");
      expect(await pressed()).to.deep.equal([sight]);
      picture = await other(picture);
    }
    await canvas().focus();
    for (const key of ["ArrowLeft", "ArrowDown", "+"]) {
      await canvas().press(key);
      picture = await other(picture);
    }
    expect(await pressed()).to.deep.equal([]);
    await canvas().press("Space");
    await rig.expectCommands(["stop"]);
  });

  it("turns by pointer, and leaves the wheel to the page until the picture has the focus", async () => {
    await shown();
    const scrolled = () => rig.page.evaluate("scrollY");
    const box = (await canvas().boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await rig.page.mouse.move(x, y);
    const end = rig.page.evaluate("new Promise((resolve) => addEventListener('scrollend', resolve, { once: true }))");
    await rig.page.mouse.wheel(0, 40);
    await end;
    const top = await scrolled();
    expect(top).to.be.greaterThan(0);
    expect(await pressed()).to.deep.equal(["Corner"]);
    const before = await canvas().screenshot();
    await rig.page.mouse.down();
    await rig.page.mouse.move(x + 60, y, { steps: 3 });
    await rig.page.mouse.up();
    const turned = await other(before);
    expect(await pressed()).to.deep.equal([]);
    await rig.page.mouse.wheel(0, -240);
    await other(turned);
    expect(await scrolled()).to.equal(top);
  });

  it("follows the light of the day, and greys when the link is lost", async () => {
    await shown({ colorScheme: "light" });
    const before = await canvas().screenshot();
    await rig.page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await other(before);
    // In one breath: the next word over the link says that it lives.
    const filter = await rig.page.evaluate(
      "((document.body.dataset.link = 'lost'), getComputedStyle(document.querySelector('.space canvas')).filter)",
    );
    expect(filter).to.include("grayscale(1)");
  });

  it("fits a phone: nothing sticks out, buttons are as large as a thumb, fingers turn and zoom, and a swipe up still scrolls", async () => {
    await shown({ viewport: { width: 360, height: 740 }, hasTouch: true });
    expect(await rig.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).to.equal(0);
    for (const button of await rig.page.locator(".sights button").all()) {
      const { width, height } = (await button.boundingBox())!;
      expect(Math.min(width, height)).to.be.at.least(44);
    }
    const before = await canvas().screenshot();
    await canvas().scrollIntoViewIfNeeded();
    const box = (await canvas().boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const finger = await rig.page.context().newCDPSession(rig.page);
    const touch = async (type: "touchStart" | "touchMove" | "touchEnd", ...at: readonly (readonly [number, number])[]) =>
      await finger.send("Input.dispatchTouchEvent", { type, touchPoints: at.map(([x, y], id) => ({ x, y, id })) });
    const scrolled = () => rig.page.evaluate("scrollY");
    const top = await scrolled();
    await touch("touchStart", [x, y]);
    for (const way of [20, 40, 60]) await touch("touchMove", [x + way, y]);
    await touch("touchEnd");
    const turned = await other(before);
    await touch("touchStart", [x - 20, y], [x + 20, y]);
    for (const way of [30, 45, 60]) await touch("touchMove", [x - way, y], [x + way, y]);
    await touch("touchEnd");
    await other(turned);
    expect(await scrolled()).to.equal(top);
    await touch("touchStart", [x, y]);
    for (const way of [20, 60, 120]) await touch("touchMove", [x, y - way]);
    await touch("touchEnd");
    expect(await scrolled()).to.be.greaterThan(Number(top));
  });

  it("goes back to the flat views while the graphics card is away, and says so", async () => {
    await shown();
    const card = `document.querySelector(".space canvas").getContext("webgl2").getExtension("WEBGL_lose_context")`;
    await rig.page.evaluate(`globalThis.card = ${card}; card.loseContext()`);
    await says(".flat-note", "graphics card was taken away");
    expect(await rig.page.locator("#top").isVisible()).to.equal(true);
    await rig.page.evaluate("card.restoreContext()");
    await rig.page.locator("#picture[data-drawn=deep]").waitFor();
  });
});

describe("the arm on a page without WebGL", function () {
  this.timeout(60_000);
  const rig = browserRig();

  it("is drawn flat, says why, and fetches nothing for a 3D that it cannot draw", async () => {
    rig.state$.next(at(bent));
    const page = await rig.open();
    await rig.says(".flat-note", "this browser has no WebGL");
    expect(await page.locator("#side").isVisible()).to.equal(true);
    expect(await page.locator("[data-mark=ghost]").isVisible()).to.equal(false);
    const fetched = await page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)");
    expect(fetched).to.include("/page.js").and.not.include("/three.core.min.js");
  });

  it("comes packed to whoever can unpack it, and plain to whoever cannot", async () => {
    const ask = async (encoding: string) =>
      await new Promise<{ encoding: string | undefined; bytes: number }>((resolve, reject) =>
        get(new URL("/three.core.min.js", rig.server.url), { headers: { "Accept-Encoding": encoding } }, (answer) => {
          let bytes = 0;
          answer.on("data", (part: Buffer) => (bytes += part.length));
          answer.on("end", () => resolve({ encoding: answer.headers["content-encoding"], bytes }));
        }).on("error", reject),
      );
    const [packed, plain] = [await ask("br, gzip"), await ask("identity")];
    expect(packed.encoding).to.equal("gzip");
    expect(plain.encoding).to.equal(undefined);
    expect(plain.bytes).to.be.greaterThan(2 * packed.bytes);
  });
});
