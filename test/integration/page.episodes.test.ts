import { expect } from "chai";
import { metres, seconds } from "../../src/domain/units.ts";
import { browserRig } from "../support/browserRig.ts";
import { driving, drivingStopped } from "../support/pageStates.ts";

describe("the page's episodes", function () {
  this.timeout(60_000);
  const rig = browserRig();
  const { open, says } = rig;
  const row = (number: number) => rig.page.locator(".episode", { hasText: new RegExp(`^#${number} `) });
  const press = async (number: number, verb: string) => await rig.page.click(`button[aria-label='${verb} episode ${number}']`);
  const visible = async (selector: string) => await rig.page.locator(selector).isVisible();
  const marks = () => rig.asked.filter(({ kind }) => kind === "mark").map(({ by: _, ...rest }) => rest);
  /** Whatever was sent has arrived. */
  const settle = async () => {
    rig.state$.next({ ...rig.state$.value, reason: `settled ${rig.asked.length} ${Math.random()}` });
    await says("#reason", rig.state$.value.reason);
  };

  it("are listed newest first, with what became of each, who drove, and whether it gets better", async () => {
    await open();
    rig.state$.next(driving);
    await says("#episodes", "#24");
    const numbers = await rig.page.locator(".episode .number").allTextContents();
    expect(numbers).to.deep.equal(Array.from({ length: 12 }, (_, i) => `#${24 - i}`));
    expect(await row(24).innerText()).to.match(/open-drawer in scene 0[^]*9be02d11[^]*▶ under way/);
    expect(await row(23).innerText()).to.match(/✓ success[^]*150 steps · 15\.0 s · decoded −0\.\d\d · real −0\.30 · 2 clamps/);
    expect(await row(22).innerText()).to.match(/⚑ flagged[^]*by hand 0\.61[^]*“the handle was bent, look again”/);
    expect(await row(21).innerText()).to.match(/◼ cut short[^]*The operator held the arm\./);
    expect(await row(20).innerText()).to.include("discarded");
    await says("#episode-strip .trend", "7 of the last 10 succeeded (70 %); of the first 10 it was 3");
    expect(await rig.page.locator("#episode-strip .won").count()).to.equal(12);
    await rig.page.click("#more-episodes");
    expect(await rig.page.locator(".episode").count()).to.equal(24);
    rig.state$.next({ ...driving, episodes: driving.episodes!.slice(0, 1) });
    await rig.page.locator(".episode").nth(1).waitFor({ state: "detached" });
  });

  it("can be kept, discarded, flagged and noted; Enter saves a note and Escape leaves it", async () => {
    await open();
    rig.state$.next(driving);
    await press(23, "discard");
    await press(20, "keep");
    await press(23, "flag");
    await press(22, "unflag");
    await press(23, "note on");
    await rig.page.keyboard.type("never said");
    await rig.page.keyboard.press("Escape");
    await press(23, "note on");
    await rig.page.keyboard.type("a good one");
    await rig.page.keyboard.press("Enter");
    await settle();
    expect(marks()).to.deep.equal([
      { kind: "mark", episode: 23, keep: false },
      { kind: "mark", episode: 20, keep: true },
      { kind: "mark", episode: 23, flag: true },
      { kind: "mark", episode: 22, flag: false },
      { kind: "mark", episode: 23, note: "a good one" },
    ]);
    expect(await rig.page.locator(".note-field").count()).to.equal(0);
  });

  describe("while a note is written", () => {
    beforeEach(async () => {
      await open({}, rig.server.url, true);
      rig.state$.next({ ...driving, accepts: ["hold", "outcome"], reward: { asks: "outcome" } });
      await press(23, "note on");
    });

    it("a space between letters is a letter, and no other key commands anything", async () => {
      await rig.page.keyboard.type("yes no rr?");
      await settle();
      expect(await rig.page.inputValue(".note-field input")).to.equal("yes no rr?");
      expect(rig.commands).to.deep.equal([]);
    });

    it("a space at its beginning, two in a row, and one held down stop the arm, and the page says so beside the field", async () => {
      await says(".note-field .hint", "two in a row, or one held down, stop the arm");
      await rig.page.keyboard.press("Space");
      await settle();
      expect(rig.commands).to.deep.equal(["stop"]);
      await rig.page.keyboard.type("look ");
      await rig.page.keyboard.press("Space");
      await settle();
      expect(rig.commands).to.deep.equal(["stop", "stop"]);
      await rig.page.keyboard.type("again");
      await rig.page.keyboard.down("Space");
      for (let i = 0; i < 5; i++) await rig.page.keyboard.down("Space");
      await rig.page.keyboard.up("Space");
      await settle();
      expect(rig.commands).to.deep.equal(["stop", "stop", "stop"]);
    });

    it("a field that nobody writes in gives the space key back", async () => {
      await rig.page.keyboard.type("look");
      await rig.page.clock.fastForward(11_000);
      // For the link that was a silence.
      await rig.linked();
      await rig.page.keyboard.press("Space");
      await settle();
      expect(rig.commands).to.deep.equal(["stop"]);
      expect(await rig.page.inputValue(".note-field input"), "what was written stays").to.equal("look");
    });
  });

  describe("shown again", () => {
    /** An episode of two seconds, in which the arm turns and the drawer opens. */
    const film = () => {
      for (let i = 0; i <= 20; i++)
        rig.state$.next({
          ...driving,
          at: seconds(600 + i / 10),
          episode: 23,
          arm: { ...driving.arm!, position: driving.arm!.position.with(0, (0.03 * i) as never) },
          scene: { marks: [{ kind: "button", position: [0.5, 0, 0], travel: metres(0), range: metres(0.01) }] },
        });
      rig.state$.next({ ...driving, episode: 24 });
    };
    const joint = async () => parseInt(await rig.page.locator("#joints .joint").first().innerText().then((text) => text.split("\n").at(-1)!)); // prettier-ignore

    beforeEach(async () => {
      await open({}, rig.server.url, true);
      film();
      await says("#joints", "6°");
      await press(23, "replay");
      await says("#replay", "REPLAY episode 23, not live");
    });

    it("play under a banner, can be scrubbed and paused, and are live again by Escape", async () => {
      await rig.page.locator("#replay-at").fill("10");
      await says("#replay-time", "1.0 of 2.0 s");
      await says("#replay-play", "Play");
      expect(await joint()).to.equal(17);
      rig.state$.next({ ...driving, at: seconds(700), reason: "elsewhere" });
      await says("#reason", "elsewhere");
      expect(await joint(), "the picture stays with the past").to.equal(17);
      await says("#caption", "episode 23, as it was");
      await rig.page.keyboard.press("Escape");
      expect(await visible("#replay")).to.equal(false);
      expect(await joint()).to.equal(6);
    });

    it("are live again by themselves when they are over, and by a button", async () => {
      await rig.page.clock.fastForward(1200);
      await rig.page.clock.fastForward(2500);
      await rig.page.locator("#replay").waitFor({ state: "hidden" });
      await press(23, "replay");
      await rig.page.click("#replay-live");
      expect(await visible("#replay")).to.equal(false);
    });

    it("give way when the arm stops, and the page says so", async () => {
      rig.state$.next(drivingStopped);
      await says("#note", "The arm stopped: the picture is live again.");
      expect(await visible("#replay")).to.equal(false);
    });

    it("are refused in words where they are not kept any more", async () => {
      await press(22, "replay");
      await says("#note", "episode 22 is not kept for replay any more; its recording is");
    });
  });
});
