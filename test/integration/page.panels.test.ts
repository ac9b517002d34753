import { expect } from "chai";
import type { PageState } from "../../src/operator/protocol.ts";
import { seconds } from "../../src/domain/units.ts";
import { browserRig } from "../support/browserRig.ts";
import { driving, drivingStopped, empty, practising } from "../support/pageStates.ts";

describe("the page's panels", function () {
  this.timeout(60_000);
  const rig = browserRig();
  const { open, says, linked } = rig;
  const texts = async (selector: string) => await rig.page.locator(selector).allInnerTexts();
  const shown = async (selector: string) => await rig.page.locator(selector).isVisible();

  it("say what they will show before there is anything to show, without a script too", async () => {
    await open({ javaScriptEnabled: false });
    const titles = await texts("main section h2");
    for (const title of ["Distance to each limit", "Budgets left", "Weights", "Episodes", "Faults and notes", "Cadence"])
      expect(titles, title).to.include(title);
    for (const section of await rig.page.locator("main section").all())
      expect((await section.innerText()).length, await section.innerText()).to.be.greaterThan(20);
  });

  it("of a run: limits by how near they are, budgets, disk, belief, cadence, weights; near is said in words and by a sign", async () => {
    await open();
    rig.state$.next(driving);
    await says("#decoded", "−0.42 ± 0.11");
    await says("#running", "3fa1c07e22b4");
    expect(await texts("#margins .name")).to.deep.equal([
      ...["clearance", "workspace", "effort", "joint range", "tip speed", "joint speed", "force"],
    ]);
    expect((await texts("#margins .told")).slice(0, 4)).to.deep.equal([
      ...["0.019 m, at least 0.020", "0.004 m left", "38.2 of 45.0 N·m", "2.18 of 2.94 rad"],
    ]);
    expect((await texts("#margins .level")).slice(0, 4)).to.deep.equal(["■ at the limit", "▲ near", "▲ near", ""]);
    expect(await texts("#budgets .told")).to.deep.equal([
      ...["19.8 of 30 min left", "165.9 of 200 m left", "3 of 20 left", "8 of 10 left"],
    ]);
    expect(await texts("#budgets .level")).to.deep.equal(["", "", "▲ near", ""]);
    await says("#disk", "41.3 GB free; 182.0 MB recorded");
    await says("#belief-basis", "from 2 episodes");
    await says("#kl", "7.4 nats from the prior; offline contexts give 9.8");
    expect(await rig.page.locator("#belief svg").getAttribute("aria-label")).to.include("z1 −1.2 ± 0.4");
    expect(await texts("[data-timing]")).to.deep.equal(["10.0 ms", "10.4 ms", "12.9 ms", "0.04 %", "6.2 ms", "21.4 ms"]);
    expect(await texts("#verdicts strong")).to.deep.equal(["✓ promote", "✗ refuse"]);
    expect(await texts("#driver")).to.deep.equal(["the policy drives"]);
    for (const card of [".score-card", ".curves-card", "#stages"]) expect(await shown(card), card).to.equal(false);
    rig.state$.next({ ...driving, disk: { ...driving.disk!, lost: 3 } });
    await says("#lost", "3 records were lost");
  });

  it("of a run that learns and drives no arm in wall time leave out what it cannot know", async () => {
    await open();
    rig.state$.next(practising);
    await says("#scores", "before: 41 %");
    for (const card of [".limits-card", ".budgets-card", ".episodes-card"]) expect(await shown(card), card).to.equal(false);
    expect(await shown(".score-card")).to.equal(true);
  });

  it("keep their elements and their order while figures change thirty times a second", async () => {
    await open();
    rig.state$.next(driving);
    await says("#decoded", "−0.42");
    const watched = ["#margins li", "#budgets li", "#joints .joint", "#episodes li", "#faults li", "#commands button", "#mode"];
    const list = JSON.stringify(watched);
    await rig.page.evaluate(
      `for (const one of ${list}) document.querySelectorAll(one).forEach((node, i) => (node.was = one + i))`,
    );
    for (let i = 1; i <= 40; i++) {
      rig.state$.next({
        ...driving,
        at: seconds(driving.at + i / 30),
        arm: { ...driving.arm!, position: driving.arm!.position.map((q) => q + 0.01 * i) as never },
        // Two that pass one another all the time.
        margins: driving.margins!.map((one) => (one.name === "effort" ? { ...one, used: i % 2 ? 0.9 : 0.94 } : one)),
        reward: { decoded: -0.4 + i / 100, uncertainty: 0.1 },
        episodes: driving.episodes!.map((one) => ({ ...one })),
        reason: `step ${i}`,
      });
      await rig.page.waitForTimeout(10);
    }
    await says("#reason", "step 40");
    const lost = await rig.page.evaluate(
      `${list}.flatMap((one) => [...document.querySelectorAll(one)].filter((node, i) => node.was !== one + i).map((node) => one + " " + node.textContent))`,
    );
    expect(lost).to.deep.equal([]);
  });

  it("count the clamps of the last minute", async () => {
    await open();
    for (const [i, clamps] of [17, 17, 17, 17, 17, 19, 22].entries()) {
      rig.state$.next({ ...driving, at: seconds(600 + 5 * i), counters: { ...driving.counters, clamps, steps: i + 1 } });
      // The first must be told from the empty state of before, or it is passed over for the second.
      await says("[data-counter=steps]", `${i + 1}`);
    }
    await says("#clamp-rate", "5 clamps in the last 30 s");
    const bars = (await rig.page
      .locator("#clamp-bars rect")
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute("height"))))) as number[];
    expect(bars).to.deep.equal([...Array<number>(10).fill(0), 12, 18]);
  });

  it("tell a stop in three parts: what happened, why that stops an arm, what to do", async () => {
    await open();
    rig.state$.next(drivingStopped);
    await says("#reason .what", /^No fresh joint state came from the arm\.$/);
    await says("#reason .why", /^Whoever drives .* blind\.$/);
    await says("#reason .remedy", /^Check the cable.*Then reset, enable and start, in this order\.$/);
    await says("#driver", "nothing moves: stopped");
  });

  it("list faults newest first with their remedy, as many as one wants to see", async () => {
    await open();
    rig.state$.next(driving);
    await says("#faults", "No fresh joint state");
    expect(await texts("#faults .level")).to.deep.equal(["■ fault", "▲ warning", "● note"]);
    await says("#faults .remedy", "Clear the camera's view of the drawer");
    await rig.page.click("#fault-levels [data-choice=fault]");
    expect(await texts("#faults .level")).to.deep.equal(["■ fault"]);
    expect(await rig.page.getAttribute("#fault-levels [data-choice=fault]", "aria-pressed")).to.equal("true");
    rig.state$.next({ ...driving, faults: driving.faults!.slice(0, 1) });
    await says("#no-faults", "Nothing of this kind so far.");
    const late = (n: number) =>
      ({ n, wall: new Date().toISOString(), level: "warn", code: "beat.late", text: `late ${n}` }) as const;
    await rig.page.click("#fault-levels [data-choice=all]");
    rig.state$.next({ ...driving, faults: [late(1), ...driving.faults!, late(9), late(10)] });
    await says("#faults", "3 times since");
    expect((await texts("#faults .text"))[0], "warnings of one kind are one row, the newest").to.equal("late 10");
    expect(await texts("#faults .text")).to.have.length(4);
  });

  it("promote and roll back only after a second word, which is not waited for for ever", async () => {
    await open({}, rig.server.url, true);
    rig.state$.next(driving);
    await rig.page.click("#weights-commands button:has-text('Roll back…')");
    await says("#weights-commands .sure", "the weights before these, from the next episode on?");
    await rig.page.clock.fastForward(11_000);
    await says("#weights-commands button", "Promote…");
    await rig.page.click("#weights-commands button:has-text('Promote…')");
    await rig.page.click("#weights-commands button:has-text('Leave it')");
    await rig.page.click("#weights-commands button:has-text('Promote…')");
    await rig.page.click("#weights-commands button.primary");
    await rig.expectCommands(["promote"]);
    rig.state$.next({ ...driving, accepts: ["hold"] });
    await rig.page.locator("#weights-commands button").first().waitFor({ state: "detached" });
  });

  it("offer a viewer nothing but the stop, and say who is in control", async () => {
    await open({}, rig.server.viewerUrl);
    rig.state$.next({ ...driving, accepts: [...driving.accepts, "jog", "outcome"] } satisfies PageState);
    await says("#episodes", "#24");
    await says("#control", "watching only; nobody is in control");
    for (const deed of ["#commands button", "#weights-commands button", ".deeds", "#ask", "#jog", "#take", "#release"])
      expect(await rig.page.locator(deed).filter({ visible: true }).count(), deed).to.equal(0);
    await rig.page.click("#stop");
    await rig.expectCommands(["stop"]);
  });

  it("give control back, and tell whose it is", async () => {
    await open();
    rig.state$.next(driving);
    await rig.page.click("#commands button:has-text('Hold')");
    await says("#control", "you are in control");
    await rig.page.click("#release");
    await says("#control", "nobody is in control: the first command takes it");
  });

  it("explain the keys, and leave the stop button in reach meanwhile", async () => {
    await open({ viewport: { width: 900, height: 500 } });
    rig.state$.next({ ...empty, accepts: [] });
    await linked();
    await rig.page.keyboard.press("?");
    await says("#help", "stop, wherever you are");
    await rig.page.click("#stop", { timeout: 3000 });
    await rig.expectCommands(["stop"]);
    await rig.page.keyboard.press("Escape");
    expect(await shown("#help")).to.equal(false);
  });
});
