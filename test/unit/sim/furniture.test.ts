import { expect } from "chai";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import {
  BUTTON_TRAVEL,
  CLOSED_TRAVEL,
  DRAWER_TRAVEL,
  OPEN_TRAVEL,
  PRESS_TRAVEL,
  START_TIP,
  TABLE_Z,
} from "../../../src/tasks/sawyer.ts";
import { outcome } from "../../contract/arm.contract.ts";
import { bench } from "./drive.ts";
import type { Bench } from "./drive.ts";

const drawerAt = (x: number, side: number, y: number, travel = 0): SceneSpec => ({
  drawer: { position: [x, side * y, TABLE_Z], opens: [0, -side, 0], travel: metres(travel) },
});
const buttonAt = (x: number, y: number): SceneSpec => ({ button: { position: [x, y, TABLE_Z + 0.06] } });

/** An episode's worth of policy steps at most: what takes longer cannot be learned. */
const HORIZON = 60;

describe("the furniture", () => {
  let b: Bench;
  let steps = 0;
  const set = async (scene: SceneSpec) => {
    b = await bench({ scene });
    expect(await b.goTo(START_TIP, 0.02), "at the start").to.equal(true);
    steps = 0;
    b.twin.clock.beat$.subscribe(() => (steps += 0.1));
  };
  const go = async (goal: readonly number[], near?: number) => expect(await b.goTo(goal, near), `at ${goal}`).to.equal(true);
  /** Moves on until `done`, or the horizon is over. */
  const until = async (v: readonly number[], done: () => boolean) => {
    while (!done() && steps < HORIZON) await b.step(v);
  };
  afterEach(() => b.twin.arm.close());

  // The corners of what src/tasks/sawyer.ts draws.
  for (const side of [1, -1])
    for (const x of [0.53, 0.67])
      for (const y of [0.19, 0.24]) {
        it(`has a drawer that a hook opens and that then stays open, at x ${x}, y ${side * y}`, async () => {
          await set(drawerAt(x, side, y));
          const [hx, hy] = b.drawer().position;
          await go([hx, hy + side * 0.027, 0.08], 0.012);
          await go([hx, hy + side * 0.027, -0.02], 0.01);
          await until([0, -side * 0.12, 0], () => b.drawer().travel > OPEN_TRAVEL + 0.01);
          expect(steps).to.be.lessThan(HORIZON);
          await go([hx, b.tip()[1] + side * 0.02, 0.08], 0.012);
          const left = b.drawer().travel;
          expect(left).to.be.greaterThan(OPEN_TRAVEL);
          await b.step([0, 0, 0]);
          expect(b.drawer().travel).to.be.closeTo(left, 1e-4);
        });
        it(`has a drawer that a push shuts, at x ${x}, y ${side * y}`, async () => {
          await set(drawerAt(x, side, y, DRAWER_TRAVEL));
          const [hx, hy] = b.drawer().position;
          await go([hx, hy - side * 0.04, 0.06], 0.012);
          await go([hx, hy - side * 0.04, -0.02], 0.01);
          await until([0, side * 0.12, 0], () => b.drawer().travel < CLOSED_TRAVEL / 2);
          expect(steps).to.be.lessThan(HORIZON);
          expect(b.drawer().travel).to.be.within(-0.002, CLOSED_TRAVEL / 2);
        });
      }

  it("has a drawer that brushing over its bar does not open", async () => {
    await set(drawerAt(0.6, 1, 0.21));
    const [hx, hy, hz] = b.drawer().position;
    for (const x of [-0.04, 0, 0.04]) {
      await go([hx + x, hy + 0.01, hz + 0.012], 0.004);
      let pressed = 1;
      for (let i = 0; i < 5; i++) {
        await b.step([0, -0.1, -0.14]);
        if (Math.abs(b.tip()[1] - hy) < 0.01) pressed = Math.min(pressed, b.tip()[2]);
      }
      expect(pressed, "the hand lay on the bar").to.be.closeTo(hz + 0.005, 0.004);
      await go([hx + x, hy + 0.02, 0.08], 0.012);
    }
    expect(b.drawer().travel).to.be.lessThan(CLOSED_TRAVEL / 4);
  });
  it("has a drawer that brushing along its front does not open", async () => {
    await set(drawerAt(0.6, 1, 0.21));
    const [hx, hy] = b.drawer().position;
    await go([hx - 0.12, hy - 0.02, 0.02], 0.012);
    await go([hx - 0.12, hy - 0.02, -0.02], 0.01);
    for (let i = 0; i < 20; i++) await b.step([0.12, 0, 0]);
    expect(b.drawer().travel).to.be.lessThan(CLOSED_TRAVEL);
  });

  for (const [x, y] of [
    [0.5, 0.1],
    [0.5, -0.2],
    [0.7, 0.2],
    [0.7, -0.1],
  ] as const)
    it(`has a button that can be pressed home and rises again, at x ${x}, y ${y}`, async () => {
      await set(buttonAt(x, y));
      await go([x, y, 0.05], 0.012);
      await until([0, 0, -0.1], () => b.button().travel > PRESS_TRAVEL + 0.002);
      expect(steps).to.be.lessThan(HORIZON);
      await b.step([0, 0, -0.05]);
      expect(b.button().travel).to.be.lessThan(BUTTON_TRAVEL + 0.002);
      await go([x, y, 0.05], 0.012);
      await b.step([0, 0, 0]);
      expect(b.button().travel).to.be.closeTo(0, 2e-4);
    });

  it("says where the handle's bar and the cap's top are", async () => {
    await set({ ...drawerAt(0.6, -1, 0.2, 0.05), ...buttonAt(0.65, 0.15) });
    const near = (seen: readonly number[], expected: readonly number[]) =>
      expected.forEach((x, i) => expect(seen[i]).to.be.closeTo(x, 1e-6));
    near(b.drawer().position, [0.6, -0.2 + 0.055 + 0.05, -0.005]);
    near(b.button().position, [0.65, 0.15, 0.01]);
  });
  it("opens whichever way it is told to", async () => {
    const diagonal: SceneSpec = {
      drawer: { position: [0.7, 0.2, TABLE_Z], opens: [-Math.SQRT1_2, -Math.SQRT1_2, 0], travel: metres(0) },
    };
    await set(diagonal);
    const [x, y] = b.drawer().position;
    expect(x).to.be.closeTo(0.7 - 0.055 * Math.SQRT1_2, 1e-6);
    await go([x + 0.02, y + 0.02, 0.08], 0.012);
    await go([x + 0.02, y + 0.02, -0.015], 0.01);
    await until([-0.1, -0.1, 0], () => b.drawer().travel > OPEN_TRAVEL);
    expect(b.drawer().travel).to.be.greaterThan(OPEN_TRAVEL);
  });

  it("can be set out anew without moving the arm", async () => {
    await set(drawerAt(0.6, 1, 0.21));
    await b.periods(30);
    const before = [...b.state().position];
    await b.twin.scene.arrange({ ...drawerAt(0.55, -1, 0.2, DRAWER_TRAVEL), ...buttonAt(0.6, 0.15) });
    await b.periods(5);
    before.forEach((x, i) => expect(b.state().position[i]).to.be.closeTo(x, 1e-3));
    expect(b.drawer().travel).to.be.closeTo(DRAWER_TRAVEL, 1e-6);
  });
  it("is not set down upon the arm, and then stays as it was", async () => {
    await set(drawerAt(0.6, 1, 0.21, 0.05));
    await go([0.6, -0.1, 0.03], 0.02);
    await go([0.6, -0.1, -0.03], 0.01);
    expect(await outcome(b.twin.scene.arrange(buttonAt(0.6, -0.1)))).to.equal("arm.refused");
    await b.periods(2);
    expect(Object.keys(b.facts())).to.deep.equal(["drawer"]);
    expect(b.drawer().travel).to.be.closeTo(0.05, 1e-4);
  });
  it("stops the hand at the table", async () => {
    await set({});
    for (let i = 0; i < 25; i++) await b.step([0, 0, -0.1]);
    expect(b.tip()[2]).to.be.within(TABLE_Z - 0.004, TABLE_Z + 0.002);
  });
  it("costs no memory to set out two hundred times", async () => {
    await set({});
    const once = async (i: number) => {
      await b.twin.scene.arrange(i % 3 === 0 ? {} : i % 3 === 1 ? drawerAt(0.6, 1, 0.21, DRAWER_TRAVEL) : buttonAt(0.6, 0.1));
      await b.periods(1);
    };
    for (let i = 0; i < 20; i++) await once(i);
    const before = b.twin.heapBytes();
    for (let i = 0; i < 200; i++) await once(i);
    expect(b.twin.heapBytes()).to.equal(before);
  });
});
