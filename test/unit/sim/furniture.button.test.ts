import { expect } from "chai";
import { BUTTON_TRAVEL, PRESS_TRAVEL, TABLE_Z } from "../../../src/tasks/sawyer.ts";
import { HORIZON, buttonAt, drawerAt, tableWith } from "./table.ts";
import type { Table } from "./table.ts";

describe("the button", () => {
  let t: Table;
  afterEach(() => t.twin.arm.close());

  for (const [x, y] of [
    [0.455, 0.1],
    [0.455, -0.24],
    [0.575, 0.24],
    [0.7, -0.1],
  ] as const)
    it(`can be pressed home and rises again, at x ${x}, y ${y}`, async () => {
      t = await tableWith(buttonAt(x, y));
      const travel = () => t.fact("button").travel;
      await t.go([x, y, 0.05], 0.012);
      await t.until([0, 0, -0.1], () => travel() > PRESS_TRAVEL + 0.002);
      expect(t.spent()).to.be.lessThan(HORIZON);
      await t.step([0, 0, -0.05]);
      expect(travel()).to.be.lessThan(BUTTON_TRAVEL + 0.002);
      await t.go([x, y, 0.05], 0.012);
      await t.step([0, 0, 0]);
      expect(travel()).to.be.closeTo(0, 2e-4);
    });

  it("says where its cap's top is, and the drawer beside it where its handle's bar is", async () => {
    t = await tableWith({ ...drawerAt(0.6, -1, 0.2, 0.05), ...buttonAt(0.65, 0.15) });
    const near = (seen: readonly number[], expected: readonly number[]) =>
      expected.forEach((x, i) => expect(seen[i]).to.be.closeTo(x, 1e-6));
    near(t.fact("drawer").position, [0.6, -0.2 + 0.055 + 0.05, -0.005]);
    near(t.fact("button").position, [0.65, 0.15, 0.01]);
  });

  it("moves nothing where no locker stands", async () => {
    t = await tableWith(buttonAt(0.575, -0.1));
    await t.go([0.575, -0.1, 0.05], 0.012);
    for (let i = 0; i < 12; i++) await t.step([0, 0, -0.1]);
    expect(t.fact("button").travel).to.be.above(PRESS_TRAVEL);
    expect(Object.keys(t.facts())).to.deep.equal(["button"]);
  });

  it("stands on a table that stops the hand", async () => {
    t = await tableWith({});
    for (let i = 0; i < 25; i++) await t.step([0, 0, -0.1]);
    expect(t.tip()[2]).to.be.within(TABLE_Z - 0.004, TABLE_Z + 0.002);
  });
});
