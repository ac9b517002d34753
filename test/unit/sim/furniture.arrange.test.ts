import { expect } from "chai";
import { DRAWER_TRAVEL, LOCKER_TRAVEL } from "../../../src/tasks/sawyer.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { outcome } from "../../contract/arm.contract.ts";
import { bareTable, brickIn, buttonAt, drawerAt, everything, lockerAt, objectAt, tableWith, trayAt } from "./table.ts";
import type { Table } from "./table.ts";

describe("setting a scene out", () => {
  let t: Table;
  const begin = async (scene: SceneSpec) => void (t = await tableWith(scene));
  afterEach(() => t.twin.arm.close());

  it("moves things and not the arm", async () => {
    await begin(drawerAt(0.6, 1, 0.21));
    await t.periods(30);
    const before = [...t.state().position];
    await t.twin.scene.arrange({ ...everything(), ...drawerAt(0.55, 1, 0.2, DRAWER_TRAVEL) });
    await t.periods(5);
    before.forEach((x, i) => expect(t.state().position[i]).to.be.closeTo(x, 1e-3));
    expect(t.fact("drawer").travel).to.be.closeTo(DRAWER_TRAVEL, 1e-6);
    expect(Object.keys(t.facts()).sort()).to.deep.equal(["brick", "button", "drawer", "locker", "object", "tray"]);
  });

  it("takes away what is not in the next scene, blocks in motion included", async () => {
    await begin(everything());
    await t.fingers("open");
    await t.twin.scene.arrange({});
    await t.periods(300);
    expect(t.facts()).to.deep.equal({});
    await t.twin.scene.arrange(everything());
    await t.periods(100);
    const lies = (name: "object" | "brick") => t.fact(name).position.slice(0, 2);
    const [x, y] = everything().object!.position;
    expect(Math.hypot(lies("object")[0]! - x, lies("object")[1]! - y)).to.be.below(1e-3);
  });

  it("takes a block out of the fingers that hold it, and lays it where it is wanted", async () => {
    await begin(objectAt(0.575, -0.1));
    await t.fingers("open");
    await t.go([0.575, -0.1, -0.028], 0.004);
    await t.fingers("closed");
    await t.go([0.575, -0.1, 0.1], 0.01);
    await t.twin.scene.arrange(objectAt(0.455, -0.24));
    await t.periods(100);
    expect(t.fact("object").position[0]).to.be.closeTo(0.455, 1e-3);
    expect(t.fact("object").position[2]).to.be.below(-0.02);
  });

  describe("where the arm stands in its place", () => {
    /** Holding the object low, where a button is then wanted. */
    const holding = async () => {
      await begin({ ...objectAt(0.575, -0.1), ...drawerAt(0.6, 1, 0.21, 0.05) });
      await t.fingers("open");
      await t.go([0.575, -0.1, -0.028], 0.004);
      await t.fingers("closed");
      await t.go([0.575, -0.1, -0.02], 0.004);
    };

    it("is refused, and all stays as it was: places, travels, and a block in the hand", async () => {
      await holding();
      const [facts, hash] = [t.facts(), t.twin.hash()];
      expect(await outcome(t.twin.scene.arrange({ ...buttonAt(0.575, -0.1), ...trayAt(0.455, -0.24) }))).to.equal("arm.refused");
      expect(t.twin.hash()).to.equal(hash);
      await t.periods(1);
      expect(Object.keys(t.facts())).to.deep.equal(Object.keys(facts));
      expect(t.fact("drawer").travel).to.be.closeTo(0.05, 1e-4);
      await t.go([0.575, -0.1, 0.08], 0.01);
      expect(t.fact("object").position[2], "still in the hand").to.be.above(0.06);
    });

    it("is as if it had not been asked: the same bits afterwards", async () => {
      const hashes: string[] = [];
      for (const ask of [false, true]) {
        await holding();
        if (ask) expect(await outcome(t.twin.scene.arrange(buttonAt(0.575, -0.1)))).to.equal("arm.refused");
        for (let k = 0; k < 5; k++) await t.step([0.05, 0.02, 0.1]);
        hashes.push(t.twin.hash());
        await t.twin.arm.close();
      }
      expect(hashes[0]).to.equal(hashes[1]);
    });
  });

  it("costs no memory two hundred times", async () => {
    await begin({});
    const scenes = [{}, drawerAt(0.6, 1, 0.21, DRAWER_TRAVEL), buttonAt(0.6, 0.1), everything(), brickIn(-0.17)];
    const once = async (i: number) => {
      await t.twin.scene.arrange(scenes[i % scenes.length]!);
      await t.periods(1);
    };
    for (let i = 0; i < 20; i++) await once(i);
    const before = t.twin.heapBytes();
    for (let i = 0; i < 200; i++) await once(i);
    expect(t.twin.heapBytes()).to.equal(before);
  });
});

describe("setting a scene out while the locker is under way", () => {
  it("lets it finish its ride where the scene is refused", async () => {
    const t = await bareTable(lockerAt(-0.17));
    t.press();
    const before = t.fact("locker").travel;
    expect(before).to.be.within(0.01, LOCKER_TRAVEL / 2);
    t.put([0.575, 0.1, -0.02]);
    expect(() => t.things.arrange(buttonAt(0.575, 0.1))).to.throw("move it clear first");
    expect(t.fact("locker").travel).to.equal(before);
    t.pass(200);
    expect(t.fact("locker").travel).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
    t.physics.free();
  });
});
