import { expect } from "chai";
import { checkScene } from "../../../sim/furniture/check.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { DRAWER_TRAVEL, LOCKER_TRAVEL, TABLE_Z } from "../../../src/tasks/sawyer.ts";
import { brickIn, buttonAt, drawerAt, everything, lockerAt, objectAt, trayAt } from "./table.ts";

/** What is said of a scene; empty when it is taken. */
const said = (scene: SceneSpec): string => {
  try {
    checkScene(scene);
    return "";
  } catch (error) {
    expect(error).to.be.instanceOf(OnarmError).and.include({ code: "tasks.invalid" });
    return (error as OnarmError).message;
  }
};
const moved = (scene: SceneSpec, name: keyof SceneSpec, by: Vec3): SceneSpec => ({
  ...scene,
  [name]: { ...scene[name]!, position: scene[name]!.position.map((x, i) => x + by[i]!) },
});
const turned = (scene: SceneSpec, name: "drawer" | "locker", opens: Vec3): SceneSpec => ({
  ...scene,
  [name]: { ...scene[name]!, opens },
});
const out = (scene: SceneSpec, name: "drawer" | "locker", travel: number): SceneSpec => ({
  ...scene,
  [name]: { ...scene[name]!, travel: metres(travel) },
});

describe("a scene that is to be set out", () => {
  it("is taken with nothing in it, with each thing that needs no other, and with everything, the locker in or out", () => {
    for (const scene of [{}, drawerAt(0.6, 1, 0.2), buttonAt(0.5, 0.1), trayAt(0.5, 0.1), objectAt(0.5, 0.1), lockerAt(-0.17)])
      expect(said(scene)).to.equal("");
    for (const travel of [0, 0.05, LOCKER_TRAVEL]) expect(said(everything(travel)), `locker ${travel} m out`).to.equal("");
  });
  it("may have its object behind a drawn-out locker, where that stands when it is in", () => {
    expect(said({ ...lockerAt(-0.17, LOCKER_TRAVEL), ...objectAt(0.86, -0.17) })).to.equal("");
  });
  it("may have its object in its tray from the beginning", () => {
    expect(said({ ...trayAt(0.5, 0.1), ...objectAt(0.51, 0.09) })).to.equal("");
  });

  for (const name of THINGS)
    for (const bad of [NaN, Infinity])
      it(`is refused with ${bad} in the place of its ${name}, which is named`, () => {
        for (const axis of [0, 1, 2])
          expect(said(moved(everything(), name, [0, 1, 2].map((i) => (i === axis ? bad : 0)) as unknown as Vec3))).to.include(
            name,
          );
      });

  for (const name of ["drawer", "locker"] as const) {
    it(`is refused with a ${name} that opens upwards, by no unit, or by NaN`, () => {
      for (const opens of [
        [0, 0, 1],
        [0, -2, 0],
        [0, 0, 0],
        [NaN, 1, 0],
      ] as const)
        expect(said(turned(everything(), name, opens)), opens.join()).to.include(`the ${name}'s \`opens\``);
    });
    it(`is refused with a ${name} that is out further than it goes, or less than not at all`, () => {
      const most = { drawer: DRAWER_TRAVEL, locker: LOCKER_TRAVEL }[name];
      expect(said(out({ ...drawerAt(0.6, 1, 0.21), ...lockerAt(-0.17) }, name, most))).to.equal("");
      for (const travel of [-0.001, most + 0.001, NaN])
        expect(said(out({ ...drawerAt(0.6, 1, 0.21), ...lockerAt(-0.17) }, name, travel)), `${travel}`).to.include(
          `a ${name}'s travel`,
        );
    });
  }

  it("is refused with a locker that no button opens, and with a brick without its locker", () => {
    const { button: _, ...noButton } = lockerAt(-0.17);
    expect(said(noButton)).to.include("a locker is opened by its button");
    const { locker: __, ...noLocker } = brickIn(-0.17);
    expect(said(noLocker)).to.include("a brick lies in a locker");
  });
  it("is refused with an object that floats, or is sunk into the table", () => {
    for (const z of [0.02, -0.02, NaN]) expect(said(moved(objectAt(0.5, 0.1), "object", [0, 0, z])), `${z}`).to.include("object");
    expect(said({ object: { position: [0.5, 0.1, TABLE_Z + 0.002] } }), "a table that is not quite even").to.equal("");
  });

  for (const [what, scene, named] of [
    ["an object on the button", { ...buttonAt(0.5, 0.1), ...objectAt(0.52, 0.11) }, ["button", "object"]],
    ["a tray on the button", { ...buttonAt(0.5, 0.1), ...trayAt(0.56, 0.1) }, ["button", "tray"]],
    ["an object on the tray's wall", { ...trayAt(0.5, 0.1), ...objectAt(0.53, 0.1) }, ["tray", "object"]],
    ["an object in the drawer's cabinet", { ...drawerAt(0.6, 1, 0.2), ...objectAt(0.6, 0.3) }, ["drawer", "object"]],
    [
      "an object in the drawer's front, drawn out",
      { ...drawerAt(0.6, 1, 0.2, 0.1), ...objectAt(0.6, 0.11) },
      ["drawer", "object"],
    ],
    ["an object in the locker", { ...lockerAt(-0.17), ...objectAt(0.87, -0.17) }, ["locker", "object"]],
    ["a button under the drawn-out locker", { ...lockerAt(-0.17, 0.14), ...buttonAt(0.7, -0.17) }, ["locker", "button"]],
    ["a tray in the drawer's cabinet", { ...drawerAt(0.6, -1, 0.2), ...trayAt(0.52, -0.25) }, ["drawer", "tray"]],
  ] as const)
    it(`is refused with ${what}; both are named`, () => {
      for (const name of named) expect(said(scene)).to.include(name);
    });

  it("is refused with a brick that does not lie in its locker as it is found", () => {
    const scene = brickIn(-0.17, LOCKER_TRAVEL);
    expect(said(moved(scene, "brick", [0.03, -0.02, 0])), "beside the middle, but within").to.equal("");
    for (const by of [
      [0.14, 0, 0],
      [-0.055, 0, 0],
      [0, 0.05, 0],
      [0, 0, 0.02],
      [0, 0, -0.02],
    ] as const)
      expect(said(moved(scene, "brick", by)), by.join()).to.include("brick");
  });
  it("knows where a drawer's back is, whichever way it opens", () => {
    const diagonal: SceneSpec = {
      drawer: { position: [0.6, 0, TABLE_Z], opens: [Math.SQRT1_2, Math.SQRT1_2, 0], travel: metres(0) },
    };
    expect(said({ ...diagonal, ...objectAt(0.53, -0.07) })).to.include("drawer");
    expect(said({ ...diagonal, ...objectAt(0.69, 0.09) })).to.equal("");
  });
});
