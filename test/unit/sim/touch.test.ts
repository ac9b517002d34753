import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { COLLISION_FORCE } from "../../../sim/touchSensor.ts";
import type { ArmStatus } from "../../../src/domain/arm.ts";
import { metres } from "../../../src/domain/units.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { bench, only, velocity } from "./drive.ts";
import type { Bench } from "./drive.ts";

const drawer: SceneSpec = { drawer: { position: [0.6, 0.21, -0.05], opens: [0, -1, 0], travel: metres(0) } };
const hold = () => velocity(only(0, 0));

describe("what the simulated arm feels", () => {
  let b: Bench;
  afterEach(() => b.twin.arm.close());
  const wrench = () => b.state().wrench!;
  const force = () => Math.hypot(...wrench().slice(0, 3));

  it("is nothing where it touches nothing, standing or moving: its own weight and inertia are not the world's", async () => {
    b = await bench({ wrench: true });
    await b.periods(50, () => velocity(sawyer.commanded.map(() => 0.4)));
    expect(wrench()).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect(b.state().collision).to.equal(false);
  });
  it("is a pull on the tip, to the newton and about the tip itself", async () => {
    b = await bench({ wrench: true });
    b.twin.pull([12, -7, 5]);
    await b.periods(30, hold);
    [12, -7, 5, 0, 0, 0].forEach((x, i) => expect(wrench()[i], `component ${i}`).to.be.closeTo(x, i < 3 ? 1e-6 : 0.05));
    b.twin.pull([0, 0, 0]);
    await b.periods(2, hold);
    expect(force()).to.equal(0);
  });
  it("is an upward push on fingers that press on a thing, and no collision", async () => {
    b = await bench({ wrench: true, scene: drawer });
    await b.goTo([0.6, 0.11, 0.12]);
    let most: readonly number[] = [0, 0, 0];
    b.twin.arm.state$.subscribe((state) => {
      if (state.wrench![2] > most[2]!) most = state.wrench!;
    });
    for (let i = 0; i < 25; i++) await b.step([0, 0, -0.08]);
    expect(most[2]!, "N up").to.be.greaterThan(3);
    expect(Math.hypot(most[0]!, most[1]!)).to.be.lessThan(most[2]!);
    expect(b.state().collision).to.equal(false);
  });
  it("is a collision once the hand is hit harder than the arm's own threshold, and not before", async () => {
    b = await bench({ wrench: true });
    b.twin.pull([0, 0, COLLISION_FORCE - 1]);
    await b.periods(3, hold);
    expect(b.state().collision).to.equal(false);
    b.twin.pull([0, 0, COLLISION_FORCE + 1]);
    await b.periods(3, hold);
    expect(b.state().collision).to.equal(true);
    b.twin.pull([0, 0, 0]);
    await b.periods(3, hold);
    expect(b.state().collision).to.equal(false);
  });
  it("is not told as a wrench by an arm that was given no sense of force", async () => {
    b = await bench();
    b.twin.pull([10, 0, 0]);
    await b.periods(3, hold);
    expect(b.state().wrench).to.equal(undefined);
    expect(b.state().collision).to.equal(false);
  });
  it("changes nothing of what the arm does", async () => {
    const hashes: string[] = [];
    for (const felt of [true, false]) {
      b = await bench({ wrench: felt, scene: drawer });
      await b.goTo([0.6, 0.11, 0.12]);
      for (let i = 0; i < 25; i++) await b.step([0, 0, -0.08]);
      hashes.push(b.twin.hash());
      await b.twin.arm.close();
    }
    expect(hashes[0]).to.equal(hashes[1]);
  });
});

describe("the twin's cuff", () => {
  let b: Bench;
  let status: ArmStatus;
  beforeEach(async () => {
    b = await bench();
    b.twin.arm.status$.subscribe((it) => (status = it));
  });
  afterEach(() => b.twin.arm.close());
  const q = (i: number) => b.state().position[i]!;

  it("lets a hand guide the arm, which floats and heeds no command", async () => {
    b.twin.squeezeCuff(true);
    expect(status).to.include({ cuff: true, enabled: true, stopped: false });
    const before = [...b.state().position];
    await b.periods(50, () => velocity(only(0, 0.5)));
    before.forEach((x, i) => expect(q(i), `joint ${i} floats`).to.be.closeTo(x, 2e-3));
    b.twin.push(only(0, 5));
    await b.periods(50);
    expect(q(0) - before[0]!).to.be.greaterThan(0.05);
  });
  it("holds where it was let go, whatever was commanded meanwhile, and heeds commands again", async () => {
    b.twin.squeezeCuff(true);
    b.twin.push(only(0, 5));
    await b.periods(50, () => velocity(only(3, 0.5)));
    b.twin.push(only(0, 0));
    await b.periods(100);
    b.twin.squeezeCuff(false);
    expect(status.cuff).to.equal(false);
    const there = [...b.state().position];
    await b.periods(50);
    there.forEach((x, i) => expect(q(i), `joint ${i} holds`).to.be.closeTo(x, 0.02));
    await b.periods(30, () => velocity(only(6, 0.3)));
    expect(q(6) - there[6]!).to.be.greaterThan(0.05);
  });
  it("frees no arm that is stopped: its brakes stay closed", async () => {
    await b.twin.arm.halt();
    b.twin.squeezeCuff(true);
    expect(status).to.include({ cuff: true, enabled: false, stopped: true });
    const before = [...b.state().position];
    b.twin.push([0, 15, 15, 15, 0, 0, 0]);
    await b.periods(50);
    for (const braked of [1, 2, 3]) expect(Math.abs(q(braked) - before[braked]!), `joint ${braked}`).to.be.lessThan(0.01);
  });
});

describe("the twin's echo of commands", () => {
  it("is the stamp of the command it follows, and its own start while it has had none", async () => {
    const b = await bench();
    expect(b.state().heard).to.equal(0);
    await b.periods(5, hold);
    const { heard, at } = b.state();
    expect(heard).to.be.closeTo(at - 0.01, 1e-9);
    await b.periods(20);
    expect(b.state().heard).to.equal(heard);
    await b.twin.arm.close();
  });
});
