import { expect } from "chai";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { BLOCK, IN_TRAY, TABLE_Z, inTray } from "../../../src/tasks/sawyer.ts";
import { brickIn, buttonAt, everything, objectAt, tableWith, trayAt } from "./table.ts";
import type { Table } from "./table.ts";

const [X, Y] = [0.575, -0.1];
const LIFTED = 0.06;
/** How far above a block's middle the tip closes on it. */
const ABOVE = 0.002;

describe("blocks and tray", () => {
  let t: Table;
  const begin = async (scene: SceneSpec) => void (t = await tableWith(scene));
  afterEach(() => t.twin.arm.close());
  const at = (name: "object" | "brick") => t.fact(name).position;
  const off = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]!));
  /** Opens, comes down about a block, closes and lifts. */
  const pick = async (name: "object" | "brick") => {
    await t.fingers("open");
    const [x, y, z] = at(name);
    await t.go([x, y, LIFTED], 0.004);
    await t.go([x, y, z + ABOVE], 0.004);
    await t.fingers("closed");
    await t.go([x, y, LIFTED], 0.01);
    expect(at(name)[2], `${name} is lifted`).to.be.above(z + 0.05);
  };
  /** Where a block is from the tip's point of view. */
  const held = (name: "object" | "brick") => at(name).map((x, i) => x - t.tip()[i]!);
  /** The same of the object once the hand has come to rest. */
  const still = async () => {
    for (let k = 0; k < 5; k++) await t.step([0, 0, 0]);
    return held("object");
  };

  it("stand where they are set out for as long as nobody touches them", async () => {
    const scene = everything();
    await begin(scene);
    await t.periods(500);
    const foot = (name: "object" | "brick") => [at(name)[0], at(name)[1], at(name)[2] - BLOCK.height / 2];
    for (const name of ["object", "brick"] as const) expect(off(foot(name), scene[name]!.position), name).to.be.below(5e-4);
    expect(t.fact("tray")).to.deep.equal({ position: scene.tray!.position, travel: 0, valid: true });
    expect(t.fact("object").travel).to.equal(0);
  });

  it("are held for five seconds while the arm carries them about, and slip by no more than 2 mm", async () => {
    await begin(objectAt(X, Y));
    await pick("object");
    const first = await still();
    let astray = 0;
    for (let k = 0; k < 50; k++) {
      const turn = k / 8;
      await t.step([0.12 * Math.cos(turn), 0.12 * Math.sin(turn), 0.04 * Math.cos(2 * turn)]);
      astray = Math.max(astray, off(held("object"), first));
    }
    expect(off(await still(), first), "slipped, m").to.be.below(0.002);
    // On the way the fingers give way a little as well.
    expect(astray, "m").to.be.below(0.003);
  });

  it("are held by a hand that stands still for an episode, and sink by less than a millimetre", async () => {
    await begin(objectAt(X, Y));
    await pick("object");
    const first = await still();
    await t.periods(750);
    expect(off(held("object"), first), "m").to.be.below(0.001);
  });

  it("fall where they are let go, and come to rest on the table", async () => {
    await begin(objectAt(X, Y));
    await pick("object");
    await t.go([X, Y - 0.1, 0], 0.01);
    await t.fingers("open");
    await t.periods(100);
    expect(at("object")[2]).to.be.closeTo(TABLE_Z + BLOCK.height / 2, 2e-3);
    const there = at("object");
    await t.periods(100);
    expect(off(at("object"), there)).to.be.below(1e-4);
  });

  for (const [dx, dy] of [
    [0, 0],
    [0.012, -0.012],
  ] as const)
    it(`come to rest in the tray where they are let go over it, ${1000 * dx} and ${1000 * dy} mm off its middle`, async () => {
      await begin({ ...objectAt(X, Y), ...trayAt(0.455, -0.24) });
      await pick("object");
      const [x, y] = t.fact("tray").position;
      await t.go([x + dx, y + dy, LIFTED], 0.004);
      await t.go([x + dx, y + dy, -0.015], 0.004);
      await t.fingers("open");
      await t.go([x + dx, y + dy, LIFTED], 0.01);
      await t.periods(100);
      expect(inTray(at("object"), t.fact("tray").position)).to.equal(true);
      expect(at("object")[2]).to.be.below(TABLE_Z + IN_TRAY.height - 0.02);
      const there = at("object");
      await t.periods(100);
      expect(off(at("object"), there)).to.be.below(1e-4);
    });

  it("lie in the tray from the beginning where they are set out in it", async () => {
    await begin({ ...objectAt(0.46, -0.1), ...trayAt(0.455, -0.1) });
    await t.periods(100);
    expect(off(at("object"), [0.46, -0.1, TABLE_Z + 0.004 + BLOCK.height / 2])).to.be.below(2e-3);
  });

  it("can be taken out of an open locker, which stays open", async () => {
    await begin(brickIn(-0.17, 0.14));
    await pick("brick");
    await t.go([0.62, -0.05, 0.1], 0.02);
    expect(off(at("brick"), t.tip())).to.be.below(0.01);
    expect(t.fact("locker").travel).to.be.closeTo(0.14, 1e-3);
  });

  it("are not held by fingers that close on air beside them", async () => {
    await begin({ ...objectAt(X, Y), ...buttonAt(0.455, -0.24) });
    await t.fingers("open");
    await t.go([X, Y - 0.1, 0], 0.01);
    await t.fingers("closed");
    let holding = true;
    t.twin.gripper.state$.subscribe((state) => (holding = state.holding)).unsubscribe();
    expect(holding).to.equal(false);
    expect(off(at("object"), [X, Y, TABLE_Z + BLOCK.height / 2])).to.be.below(1e-3);
  });
});
