import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmStatus } from "../../../src/domain/arm.ts";
import { outcome } from "../../contract/arm.contract.ts";
import { bench, only, position, velocity } from "./drive.ts";
import type { Bench } from "./drive.ts";

describe("the twin's stop, reset and enable", () => {
  let b: Bench;
  let status: ArmStatus;
  beforeEach(async () => {
    b = await bench();
    b.twin.arm.status$.subscribe((it) => (status = it));
  });
  afterEach(() => b.twin.arm.close());
  const q = (i: number) => b.state().position[i]!;

  it("says what Intera says of a stop by software", async () => {
    await b.twin.arm.halt();
    expect(status).to.include({
      enabled: false,
      ready: false,
      stopped: true,
      error: false,
      estopButton: "unknown",
      estopSource: "unknown",
    });
  });
  it("says nothing new when halted again", async () => {
    await b.twin.arm.halt();
    const first = status;
    await b.periods(5);
    await b.twin.arm.halt();
    expect(status).to.equal(first);
  });
  it("tells a stop by hand from one by software, and stays stopped when the button is let go", async () => {
    b.twin.pressStop();
    expect(status).to.include({ stopped: true, estopButton: "pressed", estopSource: "user" });
    expect(await outcome(b.twin.arm.reset()), "while pressed").to.equal("arm.refused");
    b.twin.releaseStop();
    expect(status).to.include({ stopped: true, estopButton: "released" });
    await b.twin.arm.reset();
    expect(status).to.include({ stopped: false, enabled: false, estopButton: "unpressed", estopSource: "none" });
  });
  it("comes to rest from 0.8 rad/s on every joint within 0.1 rad", async () => {
    await b.periods(50, () => velocity(sawyer.commanded.map(() => 0.8)));
    const before = b.state().position;
    await b.twin.arm.halt();
    await b.periods(100);
    for (const i of before.keys()) expect(Math.abs(q(i) - before[i]!), `joint ${i}`).to.be.lessThan(0.1);
    for (const v of b.state().velocity) expect(Math.abs(v)).to.be.lessThan(0.05);
  });
  it("sags a little: the unbraked wrist turns under its weight, the braked shoulder does not, and no motor works", async () => {
    const before = [...b.state().position];
    await b.twin.arm.halt();
    await b.periods(100);
    const sag = before.map((x, i) => Math.abs(q(i) - x));
    expect(sag[5], "wrist").to.be.within(0.001, 0.2);
    for (const braked of [1, 2, 3]) expect(sag[braked], `joint ${braked}`).to.be.lessThan(0.002);
    expect(b.state().effort.every((effort) => effort === 0)).to.equal(true);
  });
  it("can be pushed by hand about the unbraked joints, and hardly about the braked ones", async () => {
    await b.twin.arm.halt();
    const before = [...b.state().position];
    b.twin.push([15, 15, 15, 15, 3, 3, 3]);
    await b.periods(50);
    for (const free of [0, 4, 5, 6]) expect(Math.abs(q(free) - before[free]!), `joint ${free}`).to.be.greaterThan(0.05);
    for (const braked of [1, 2, 3]) expect(Math.abs(q(braked) - before[braked]!), `joint ${braked}`).to.be.lessThan(0.01);
  });
  it("forgets what it was told before: enabled again, it holds where it now is", async () => {
    await b.periods(20, () => position(sawyer.poses.neutral!.map((x, i) => (i === 0 ? x + 1 : x))));
    await b.twin.arm.halt();
    await b.periods(20);
    await b.twin.arm.reset();
    await b.periods(5, () => velocity(only(0, 0.5)));
    const sagged = [...b.state().position];
    await b.twin.arm.enable();
    await b.periods(100);
    sagged.forEach((x, i) => expect(q(i), `joint ${i}`).to.be.closeTo(x, 0.01));
  });
  it("starts disabled when asked to, and then takes no command", async () => {
    const cold = await bench({ enabled: false });
    await cold.periods(20, () => velocity(only(6, 0.5)));
    expect(cold.state().position[6]).to.be.closeTo(sawyer.poses.neutral![6]!, 0.01);
    await cold.twin.arm.enable();
    await cold.periods(20, () => velocity(only(6, 0.5)));
    expect(cold.state().position[6]).to.be.greaterThan(sawyer.poses.neutral![6]! + 0.05);
    await cold.twin.arm.close();
  });
});
