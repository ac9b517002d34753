import { expect } from "chai";
import { browserRig } from "../support/browserRig.ts";
import { contrastOfWorst } from "../support/contrast.ts";
import { lineTo, type Line } from "../support/line.ts";
import { finished, practising } from "../support/pageStates.ts";

describe("the page in a browser", function () {
  this.timeout(60_000);
  const rig = browserRig();
  const { open, says, linked } = rig;

  it("can be read before anything has been heard", async () => {
    await open({ javaScriptEnabled: false });
    await says("#mode", "offline");
    await says("#stages", "evaluate, practise, fine-tune, gate, evaluate again");
    await says("footer", "not the arm's safety-rated stop");
    expect(await rig.page.locator("#stop").isVisible()).to.equal(true);
  });

  it("takes the token out of its address, and keeps it for a reload", async () => {
    await open();
    await linked();
    expect(rig.page.url()).to.equal(new URL("/", rig.server.url).href);
    await rig.page.reload();
    await linked();
  });

  it("opened by a link that opens once, stays in: over a reload, and when the link is opened again in the same tab", async () => {
    const link = rig.server.renewLink();
    await open({}, link);
    await linked();
    await rig.page.reload();
    await linked();
    await rig.page.goto(link);
    await linked();
    await rig.page.context().close();
    await open({}, link);
    await says("#banner", "this address lacks its token");
  });

  it("shows mode and reason, stages, scores, curves, counters, joints and the arm", async () => {
    await open();
    rig.state$.next(practising);
    await says("#mode", "running");
    await says("#reason", "decoder labels every step");
    // One part of the page is drawn after the other.
    await rig.page.locator("#stages li").nth(4).waitFor();
    expect(await rig.page.locator("#stages li").count()).to.equal(5);
    expect(await rig.page.locator("#stages li[data-state=running] progress").getAttribute("value")).to.equal("1240");
    await says("#scores", "before: 41 %");
    await says("#scores", "36 % to 47 %");
    await rig.page.locator("#curves .plot").nth(3).waitFor();
    expect(await rig.page.locator("#curves h3").allTextContents()).to.deep.equal([
      "decoded reward−0.574",
      "critic0.487",
      "actor1",
      "decoder0.302",
    ]);
    expect(await rig.page.locator("[data-counter=clamps]").textContent()).to.equal("17");
    expect(await rig.page.locator(".joint").count()).to.equal(7);
    for (const canvas of ["#top", "#side"]) expect(await inked(canvas), canvas).to.be.greaterThan(500);
  });

  /** How many pixels of a canvas differ from the commonest colour by much: an empty one has only its grid. */
  const inked = async (canvas: string) =>
    await rig.page.locator(canvas).evaluate((element) => {
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
    rig.state$.next({ ...practising, scene: { marks: [] } });
    await says("#mode", "running");
    const before = await rig.page.locator("#side").screenshot();
    rig.state$.next({
      ...practising,
      scene: { marks: [] },
      reason: "moved",
      arm: { ...practising.arm!, points: practising.arm!.points.map(([x, y, z]) => [x, y, z + 0.1]) },
    });
    await says("#reason", "moved");
    expect(before.equals(await rig.page.locator("#side").screenshot())).to.equal(false);
  });

  it("draws each thing that stands in the scene in the colour that its legend has, in both flat views", async () => {
    const page = await open({ colorScheme: "light" });
    const named = {
      drawer: "drawer",
      button: "button",
      locker: "locker",
      tray: "tray",
      object: "block",
      brick: "block",
      goal: "good",
    };
    /** Pixels of a canvas that have the colour of a custom property. */
    const tinted = async (canvas: string, property: string) =>
      (await page.evaluate(`(() => {
        const wanted = getComputedStyle(document.documentElement).getPropertyValue("${property}").trim();
        const canvas = document.querySelector("${canvas}");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const rgb = [1, 3, 5].map((i) => parseInt(wanted.slice(i, i + 2), 16));
        let count = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255 && rgb.every((x, k) => x === data[i + k])) count++;
        return count;
      })()`)) as number;
    // An arm that hides nothing.
    const tip = [-0.1, 0.5, 0.9] as const;
    const aside = { ...practising, arm: { ...practising.arm!, points: [tip], tip } };
    for (const mark of practising.scene.marks) {
      rig.state$.next({ ...aside, reason: `a ${mark.kind}`, scene: { marks: [mark] } });
      await says("#reason", `a ${mark.kind}`);
      for (const [kind, colour] of Object.entries(named))
        for (const canvas of ["#top", "#side"]) {
          const count = await tinted(canvas, `--${colour}`);
          if (colour === named[mark.kind]) expect(count, `${mark.kind}, ${canvas}`).to.be.greaterThan(20);
          else expect(count, `${kind} where a ${mark.kind} is, ${canvas}`).to.equal(0);
        }
    }
  });

  it("ends with before, after and the gate's verdict", async () => {
    await open();
    rig.state$.next(finished);
    await says("#scores", "after: 63 %");
    await says("#gate[data-verdict=promote]", "The gate promoted the new weights");
    await says("#gate", "0.15 to 0.29");
    rig.state$.next({ ...finished, gate: { verdict: "refuse", reasons: ["after is worse"] } });
    await says("#gate[data-verdict=refuse]", "The gate refused the new weights");
  });

  it("says that the run has ended, and keeps its last word on the screen", async () => {
    await open();
    rig.state$.next(finished);
    await says("#scores", "after: 63 %");
    await rig.server.close();
    await says("#banner", "The run has ended");
    await says("#scores", "after: 63 %");
  });

  it("says so when its token is wrong", async () => {
    await open({}, rig.server.url.replace(/token=.*/, "token=wrong"));
    await says("#banner", "this address lacks its token");
  });

  describe("on a line that goes silent", () => {
    let line: Line;
    beforeEach(async () => (line = await lineTo(Number(new URL(rig.server.url).port))));
    afterEach(() => line.cut());

    it("says within a second that the link is lost and how old the picture is, and comes back by itself", async () => {
      const url = new URL(rig.server.url);
      url.port = String(line.port);
      await open({}, url.href, true);
      rig.state$.next(practising);
      await says("#mode", "running");
      line.freeze();
      await rig.page.clock.fastForward(950);
      expect(await rig.page.locator("body").getAttribute("data-link")).to.equal("lost");
      expect(await rig.page.locator("#banner").textContent()).to.match(
        /^Link lost\. What you see is \d+ s old.*use the arm's own stop\.$/,
      );
      await rig.page.clock.fastForward(3000);
      await says("#link", "live");
      expect(await rig.page.locator("#banner").isHidden()).to.equal(true);
    });
  });

  for (const [title, options] of [
    ["on a phone", { viewport: { width: 360, height: 740 } }],
    ["on a desk, in the dark", { colorScheme: "dark" }],
  ] as const)
    it(`fits ${title}: nothing sticks out, and the stop button is in sight`, async () => {
      await open(options);
      rig.state$.next(practising);
      await says("#mode", "running");
      await rig.page.locator("#curves .plot").first().waitFor();
      expect(await rig.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).to.equal(0);
      await rig.page.evaluate("scrollTo(0, 600)");
      const box = (await rig.page.locator("#stop").boundingBox())!;
      const { height } = rig.page.viewportSize()!;
      expect(box.y).to.be.at.least(0);
      expect(box.y + box.height).to.be.at.most(height);
      expect(box.height).to.be.at.least(44);
    });

  it("has text that can be read: at least 4.5 to 1 against its ground, by day and by night", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await rig.page?.context().close();
      await open({ colorScheme });
      rig.state$.next(practising);
      await says("#scores", "41 %");
      const worst = (await rig.page.evaluate(contrastOfWorst)) as { ratio: number; text: string };
      expect(worst.ratio, `${colorScheme}: ${worst.text}`).to.be.at.least(4.5);
    }
  });
});
