import { expect } from "chai";
import type { OperatorCommand } from "../../src/operator/protocol.ts";
import { browserRig } from "../support/browserRig.ts";
import { driving } from "../support/pageStates.ts";

const holding = { ...driving, accepts: ["hold", "reward"], reward: { asks: "hold", given: false } } as const;
const over = { ...driving, accepts: ["hold", "outcome"], reward: { asks: "outcome" } } as const;

describe("a person's reward on the page", function () {
  this.timeout(60_000);
  const rig = browserRig();
  const { open, says } = rig;
  const asked = (kind: OperatorCommand["kind"]) => rig.asked.filter((command) => command.kind === kind);
  const given = () => asked("reward").map((command) => command.kind === "reward" && command.given);
  const settle = async () => {
    rig.state$.next({ ...rig.state$.value, reason: `settled ${Math.random()}` });
    await says("#reason", rig.state$.value.reason);
  };
  /** From here on time passes only where a test says so. */
  const stand = async () => await rig.page.clock.pauseAt(Number(await rig.page.evaluate("Date.now()")) + 300);

  it("is true as long as R is held, said again and again, and false at once when it is let go", async () => {
    await open({}, rig.server.url, true);
    rig.state$.next(holding);
    await says("#ask", "Hold while the aim is true");
    await says("#ask", "The run hears: not true");
    await stand();
    await rig.page.keyboard.down("r");
    await rig.page.keyboard.down("r");
    await rig.page.clock.runFor(250);
    await rig.page.keyboard.up("r");
    await rig.page.clock.runFor(1000);
    await rig.page.clock.resume();
    await settle();
    expect(given()).to.deep.equal([true, true, true, true, false]);
    rig.state$.next({ ...holding, reward: { asks: "hold", given: true } });
    await says("#ask", "The run hears: true");
  });

  it("is false when its button is let go, when the window loses the keyboard, and when it is asked for no more", async () => {
    await open();
    rig.state$.next(holding);
    await rig.page.locator("#ask button").hover();
    await rig.page.mouse.down();
    await rig.page.mouse.up();
    await settle();
    expect([given()[0], given().at(-1)]).to.deep.equal([true, false]);
    await rig.page.keyboard.down("r");
    await rig.page.evaluate("dispatchEvent(new Event('blur'))");
    await settle();
    const sofar = given().length;
    expect(given().at(-1)).to.equal(false);
    await rig.page.keyboard.up("r");
    await rig.page.keyboard.down("r");
    rig.state$.next(driving);
    await rig.page.locator("#ask").waitFor({ state: "hidden" });
    await settle();
    expect(given().length).to.be.greaterThan(sofar);
    expect(given().at(-1)).to.equal(false);
    await rig.page.keyboard.up("r");
  });

  it("at the end of an episode is one word, by key or by button, and the question is gone with it", async () => {
    await open();
    rig.state$.next(over);
    await says("#ask", "Did it succeed?");
    expect(await rig.page.locator("#ask button").allInnerTexts()).to.deep.equal(["Success Y", "Failure N"]);
    await rig.page.keyboard.press("y");
    await rig.page.keyboard.press("y");
    expect(await rig.page.locator("#ask").isVisible()).to.equal(false);
    rig.state$.next(driving);
    await settle();
    rig.state$.next(over);
    await rig.page.click("#ask .no");
    await settle();
    expect(asked("outcome").map(({ by: _, ...rest }) => rest)).to.deep.equal([
      { kind: "outcome", success: true },
      { kind: "outcome", success: false },
    ]);
  });

  it("is not asked for again after a word, but is when another operator is in control and the word was refused", async () => {
    await open();
    rig.state$.next(over);
    const other = await rig.page.context().newPage();
    await other.goto(rig.server.url);
    await other.locator("#commands button", { hasText: "Hold" }).click();
    await says("#control", "operator 2 is in control");
    await rig.page.bringToFront();
    await rig.page.keyboard.press("n");
    await says("#note", "outcome: another operator is in control");
    await settle();
    await says("#ask", "Did it succeed?");
    expect(asked("outcome")).to.deep.equal([]);
  });

  it("and a scene that was set out are the same kind of question: what to do, and one button", async () => {
    await open();
    const reason =
      "Set out the drawer 62 cm ahead of the base and 21 cm to its left, closed; no button, locker, tray, object or brick. Stand clear, then confirm.";
    rig.state$.next({ ...driving, reason, accepts: ["hold", "confirm-reset"] });
    await says("#ask", reason);
    await rig.page.click("#ask button");
    await settle();
    expect(rig.commands).to.deep.equal(["confirm-reset"]);
  });

  it("lies over the page's foot, on a phone too, and never over the stop button", async () => {
    await open({ viewport: { width: 360, height: 640 } });
    rig.state$.next(over);
    await says("#ask", "Did it succeed?");
    const [ask, stop] = [(await rig.page.locator("#ask").boundingBox())!, (await rig.page.locator("#stop").boundingBox())!];
    expect(ask.y + ask.height).to.be.at.most(stop.y);
    expect(ask.x).to.be.at.least(0);
    expect(ask.x + ask.width).to.be.at.most(360);
    for (const button of await rig.page.locator("#ask button").all())
      expect((await button.boundingBox())!.height).to.be.at.least(44);
  });
});
