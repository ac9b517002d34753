import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { seconds } from "../../src/domain/units.ts";
import type { PageState } from "../../src/operator/protocol.ts";
import { browserRig } from "../support/browserRig.ts";
import { driving, drivingStopped, empty, practising } from "../support/pageStates.ts";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds wrong, one line each. */
const complaints = `axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " " + target + ": " + failureSummary)))`;

describe("the page for everybody", function () {
  this.timeout(60_000);
  const rig = browserRig();
  const { open, says } = rig;

  const everything: PageState = { ...driving, accepts: [...driving.accepts, "jog", "jog-joint", "outcome"] };
  const cases: readonly [title: string, options: Parameters<typeof open>[0], states: readonly PageState[]][] = [
    ["by day", { colorScheme: "light" }, [empty, everything, practising]],
    ["by night", { colorScheme: "dark" }, [everything, drivingStopped]],
    ["on a phone", { viewport: { width: 360, height: 740 } }, [everything, drivingStopped]],
  ];
  for (const [title, options, states] of cases)
    it(`has nothing that axe complains of ${title}`, async () => {
      await open(options);
      await rig.page.evaluate(axe);
      for (const [i, state] of states.entries()) {
        rig.state$.next({ ...state, reason: `${state.reason} (${i})` });
        await says("#reason", `(${i})`);
        if (state.episodes) await says("#episodes", "#24");
        if (state === everything) await rig.page.click("button[aria-label='note on episode 23']");
        expect(await rig.page.evaluate(complaints), `${title}, ${state.mode}`).to.deep.equal([]);
      }
    });

  it("has nothing that axe complains of in a replay, with the keys explained, and with the link lost", async () => {
    await open();
    await rig.page.evaluate(axe);
    rig.state$.next({ ...driving, episode: 23 });
    await rig.page.click("button[aria-label='replay episode 23']");
    await says("#replay", "REPLAY");
    await rig.page.keyboard.press("?");
    expect(await rig.page.evaluate(complaints)).to.deep.equal([]);
    await rig.page.evaluate("document.body.dataset.link = 'lost'");
    expect(await rig.page.evaluate(complaints)).to.deep.equal([]);
  });

  it("speaks of a change of mode once, and not of figures that change all the time", async () => {
    await open();
    rig.state$.next(driving);
    await says("#decoded", "−0.42");
    await rig.page.evaluate(`{
      window.spoken = [];
      new MutationObserver((changes) => {
        const live = new Set(changes.map(({ target }) => (target.closest ? target : target.parentElement)?.closest("[role=status], [role=alert], [aria-live]")));
        for (const one of live) if (one) spoken.push(one.innerText);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }`);
    for (let i = 1; i <= 30; i++) {
      rig.state$.next({
        ...driving,
        at: seconds(driving.at + i / 10),
        counters: { ...driving.counters, steps: i },
        reward: { decoded: i / 10 },
        faults: [...driving.faults!],
      });
      await rig.page.waitForTimeout(10);
    }
    await says("[data-counter=steps]", "30");
    expect(await rig.page.evaluate("spoken")).to.deep.equal([]);
    rig.state$.next(drivingStopped);
    await says("#reason", "No fresh joint state");
    const spoken = (await rig.page.evaluate("spoken")) as string[];
    expect(spoken.join(" ")).to.include("stopped").and.include("Check the cable");
    expect(spoken.length).to.be.at.most(2);
  });

  it("fits every width: nothing sticks out, and the stop button is in sight", async () => {
    await open({ viewport: { width: 320, height: 700 } });
    rig.state$.next(everything);
    await says("#episodes", "#24");
    for (const width of [320, 480, 800, 1024, 1240, 1400, 1920]) {
      await rig.page.setViewportSize({ width, height: 700 });
      expect(await rig.page.evaluate("document.documentElement.scrollWidth"), `${width}`).to.equal(width);
      const { x, y, ...stop } = (await rig.page.locator("#stop").boundingBox())!;
      expect(x + stop.width, `${width}`).to.be.at.most(width);
      expect(y + stop.height, `${width}`).to.be.at.most(700);
    }
  });

  it("on a phone has buttons that a thumb can meet, and nothing sticks out", async () => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    rig.state$.next(everything);
    await says("#episodes", "#24");
    await rig.page.click("button[aria-label='note on episode 23']");
    expect(await rig.page.evaluate("document.documentElement.scrollWidth")).to.equal(360);
    const small = await rig.page.evaluate(`[...document.querySelectorAll("button, input")]
      .filter((one) => one.checkVisibility())
      .map((one) => [one.textContent || one.id, one.getBoundingClientRect()])
      .filter(([, { width, height }]) => height < 44 || width < 44)
      .map(([text, { width, height }]) => text + " " + width + "x" + height)`);
    expect(small).to.deep.equal([]);
  });

  it("can be gone through by Tab alone, and shows where one is", async () => {
    await open();
    rig.state$.next({ ...driving, episodes: driving.episodes!.slice(-1) });
    await says("#episodes", "#24");
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await rig.page.keyboard.press("Tab");
      const at = (await rig.page.evaluate(
        `(() => { const one = document.activeElement; return one === document.body ? null : [one.getAttribute("aria-label") ?? one.textContent.trim(), getComputedStyle(one).outlineStyle]; })()`,
      )) as [string, string] | null;
      if (!at) break;
      expect(at[1], at[0]).to.not.equal("none");
      seen.push(at[0]);
    }
    expect(seen.join("|")).to.match(/^Hold\|Take over by hand\|Keys \?\|Stop space\|/);
    expect(seen).to.include.members(["Promote…", "replay episode 24", "note on episode 24", "Warnings"]);
  });
});
