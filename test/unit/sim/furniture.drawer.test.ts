import { expect } from "chai";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import { CLOSED_TRAVEL, DRAWER_TRAVEL, OPEN_TRAVEL, TABLE_Z } from "../../../src/tasks/sawyer.ts";
import { HORIZON, drawerAt, tableWith } from "./table.ts";
import type { Table } from "./table.ts";

describe("the drawer with a handle bar", () => {
  let t: Table;
  afterEach(() => t.twin.arm.close());

  // The corners of what src/tasks/sawyerScenes.ts draws.
  for (const side of [1, -1])
    for (const x of [0.53, 0.67])
      for (const y of [0.19, 0.24]) {
        it(`is opened by a hook and then stays open, at x ${x}, y ${side * y}`, async () => {
          t = await tableWith(drawerAt(x, side, y));
          const [hx, hy] = t.fact("drawer").position;
          await t.go([hx, hy + side * 0.027, 0.08], 0.012);
          await t.go([hx, hy + side * 0.027, -0.02], 0.01);
          await t.until([0, -side * 0.12, 0], () => t.fact("drawer").travel > OPEN_TRAVEL + 0.01);
          expect(t.spent()).to.be.lessThan(HORIZON);
          await t.go([hx, t.tip()[1] + side * 0.02, 0.08], 0.012);
          const left = t.fact("drawer").travel;
          expect(left).to.be.greaterThan(OPEN_TRAVEL);
          await t.step([0, 0, 0]);
          expect(t.fact("drawer").travel).to.be.closeTo(left, 1e-4);
        });
        it(`is shut by a push, at x ${x}, y ${side * y}`, async () => {
          t = await tableWith(drawerAt(x, side, y, DRAWER_TRAVEL));
          const [hx, hy] = t.fact("drawer").position;
          await t.go([hx, hy - side * 0.04, 0.06], 0.012);
          await t.go([hx, hy - side * 0.04, -0.02], 0.01);
          await t.until([0, side * 0.12, 0], () => t.fact("drawer").travel < CLOSED_TRAVEL / 2);
          expect(t.spent()).to.be.lessThan(HORIZON);
          expect(t.fact("drawer").travel).to.be.within(-0.002, CLOSED_TRAVEL / 2);
        });
      }

  it("is not opened by brushing over its bar", async () => {
    t = await tableWith(drawerAt(0.6, 1, 0.21));
    const [hx, hy, hz] = t.fact("drawer").position;
    for (const x of [-0.04, 0, 0.04]) {
      await t.go([hx + x, hy + 0.01, hz + 0.012], 0.004);
      let pressed = 1;
      for (let i = 0; i < 5; i++) {
        await t.step([0, -0.1, -0.14]);
        if (Math.abs(t.tip()[1] - hy) < 0.01) pressed = Math.min(pressed, t.tip()[2]);
      }
      expect(pressed, "the hand lay on the bar").to.be.closeTo(hz + 0.005, 0.004);
      await t.go([hx + x, hy + 0.02, 0.08], 0.012);
    }
    expect(t.fact("drawer").travel).to.be.lessThan(CLOSED_TRAVEL / 4);
  });
  it("is not opened by brushing along its front", async () => {
    t = await tableWith(drawerAt(0.6, 1, 0.21));
    const [hx, hy] = t.fact("drawer").position;
    await t.go([hx - 0.12, hy - 0.02, 0.02], 0.012);
    await t.go([hx - 0.12, hy - 0.02, -0.02], 0.01);
    for (let i = 0; i < 20; i++) await t.step([0.12, 0, 0]);
    expect(t.fact("drawer").travel).to.be.lessThan(CLOSED_TRAVEL);
  });
  it("opens whichever way it is told to", async () => {
    const diagonal: SceneSpec = {
      drawer: { position: [0.7, 0.2, TABLE_Z], opens: [-Math.SQRT1_2, -Math.SQRT1_2, 0], travel: metres(0) },
    };
    t = await tableWith(diagonal);
    const [x, y] = t.fact("drawer").position;
    expect(x).to.be.closeTo(0.7 - 0.055 * Math.SQRT1_2, 1e-6);
    await t.go([x + 0.02, y + 0.02, 0.08], 0.012);
    await t.go([x + 0.02, y + 0.02, -0.015], 0.01);
    await t.until([-0.1, -0.1, 0], () => t.fact("drawer").travel > OPEN_TRAVEL);
    expect(t.fact("drawer").travel).to.be.greaterThan(OPEN_TRAVEL);
  });
});
