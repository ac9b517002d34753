import { expect } from "chai";
import type { Locator } from "playwright-core";
import { acceptsIn } from "../../launch/armView.ts";
import { browserRig } from "../support/browserRig.ts";
import { practising, stopped } from "../support/pageStates.ts";

describe("the page's commands in a browser", function () {
  this.timeout(60_000);
  const rig = browserRig();
  const { open, says, linked, expectCommands } = rig;

  /** Puts the pointer on a button; from here on time passes only where a test says so, so that nothing moves away under it. */
  const aim = async (button: Locator) => {
    await button.hover();
    await rig.page.clock.pauseAt(Number(await rig.page.evaluate("Date.now()")) + 300);
    const { x, y, width, height } = (await button.boundingBox())!;
    await rig.page.mouse.move(x + width / 2, y + height / 2);
  };

  it("stops by its button", async () => {
    await open();
    await linked();
    await rig.page.click("#stop");
    await expectCommands(["stop"]);
  });

  it("stops by the space key wherever the focus is, once for a key held down, and presses nothing else", async () => {
    await open();
    rig.state$.next(practising);
    await rig.page.locator("#commands button", { hasText: "Hold" }).focus();
    await rig.page.keyboard.down("Space");
    await rig.page.keyboard.down("Space");
    await rig.page.keyboard.up("Space");
    await expectCommands(["stop"]);
  });

  it("offers the commands that mean something now, and no others", async () => {
    await open();
    rig.state$.next(stopped);
    await says("#mode", "stopped");
    expect(await rig.page.locator("#commands button").allTextContents()).to.deep.equal(["Reset"]);
    await rig.page.click("#commands button");
    await expectCommands(["reset"]);
    expect(await rig.page.locator("#stop").isVisible()).to.equal(true);
  });

  it("has a button for every command that a run can offer, but for those of the jog pad", async () => {
    await open();
    const modes = ["idle", "running", "resetting", "holding", "stopped", "disabled", "manual"];
    for (const [mode, outside] of modes.flatMap((mode) => [[mode, false] as const, [mode, true] as const])) {
      const accepts = acceptsIn(mode, outside);
      rig.state$.next({ ...practising, mode, reason: `${mode} ${outside}`, accepts });
      await says("#reason", `${mode} ${outside}`);
      const pad: string[] = accepts.filter((kind) => kind === "jog" || kind === "jog-joint");
      expect(await rig.page.locator("#commands button").count(), mode).to.equal(
        accepts.filter((kind) => kind !== "stop" && !pad.includes(kind)).length,
      );
      expect(await rig.page.locator("#jog").isVisible(), mode).to.equal(pad.length > 0);
    }
  });

  it("takes over by hand, and jogs as long as a button is held and no longer", async () => {
    await open({}, rig.server.url, true);
    rig.state$.next({ ...practising, accepts: ["hold", "take-over", "stop"] });
    await rig.page.click("#commands button:has-text('Take over by hand')");
    rig.state$.next({ ...practising, mode: "idle", accepts: acceptsIn("idle") });
    await aim(rig.page.locator("#pad button", { hasText: "x+" }));
    await rig.page.mouse.down();
    await rig.page.clock.runFor(250);
    await rig.page.mouse.up();
    await rig.page.clock.runFor(1000);
    await rig.page.clock.resume();
    await expectCommands(["take-over", "jog", "jog", "jog", "jog"]);
  });

  it("leads an arm back inside only while its button is held", async () => {
    await open({}, rig.server.url, true);
    rig.state$.next({ ...stopped, mode: "idle", accepts: acceptsIn("idle", true) });
    await aim(rig.page.locator("#commands button", { hasText: "Hold to lead the arm back inside" }));
    await rig.page.mouse.down();
    await rig.page.clock.runFor(170);
    await rig.page.mouse.up();
    await rig.page.clock.runFor(1000);
    await rig.page.clock.resume();
    await expectCommands(["recover", "recover", "recover"]);
  });

  it("does not pretend that a stop without a link was sent", async () => {
    await open();
    rig.state$.next(practising);
    await says("#mode", "running");
    await rig.server.close();
    await says("#link", "ended");
    await rig.page.keyboard.press("Space");
    await says("#banner", "Not sent: there is no link. Use the arm's own stop.");
    expect(rig.commands).to.deep.equal([]);
  });
});
