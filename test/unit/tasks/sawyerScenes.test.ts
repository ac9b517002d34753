import { expect } from "chai";
import fc from "fast-check";
import { LIMITS_FILE } from "../../../launch/sawyer.ts";
import { checkScene } from "../../../sim/furniture/check.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import type { Split } from "../../../src/domain/experience.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneSpec, Thing } from "../../../src/domain/scene.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import {
  BLOCK,
  BUTTON_TRAVEL,
  DRAWER_TRAVEL,
  LOCKER_TRAVEL,
  OPEN_TRAVEL,
  REACH_GOAL,
  START_TIP,
  TABLE_Z,
  aimKinds,
  feasibleAims,
  needs,
} from "../../../src/tasks/sawyer.ts";
import type { AimKind } from "../../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";

const splits: readonly Split[] = ["train", "validation", "test"];
const seeds = fc.integer({ min: 0, max: 0xffffffff });
const drawn = (split: Split, seed: number, n: number) => Array.from({ length: n }, (_, id) => sawyerTask(split, seed, id));
/** A few thousand tasks of every split. */
const many = splits.flatMap((split) => [1, 2, 3].flatMap((seed) => drawn(split, seed, 700)));

/** How a scene's things are combined, read off where they stand: which side, which things, found how, and each free one's corner of its half. */
const combination = (scene: SceneSpec): string => {
  const free = (["button", "tray", "object"] as const).filter((name) => scene[name]);
  const side = scene.drawer ? Math.sign(scene.drawer.position[1]) : -Math.sign(scene[free[0]!]!.position[1]);
  const corner = ([x, y]: Vec3) => `${x < 0.515 ? "near" : "far"} ${Math.abs(y) < 0.17 ? "inner" : "outer"}`;
  const found = (["drawer", "locker"] as const).map((name) => scene[name] && `${name} ${scene[name].travel >= OPEN_TRAVEL}`);
  return [side, THINGS.filter((thing) => scene[thing]), ...found, ...free.map((name) => corner(scene[name]!.position))].join();
};

/** Footprints, m, all that a thing sweeps over in its travel included; `opens` is along an axis in every drawn scene. */
function footprint(
  thing: Thing,
  scene: SceneSpec,
): { readonly low: readonly [number, number]; readonly high: readonly [number, number] } {
  const [x, y] = scene[thing]!.position;
  const square = (half: number) => ({ low: [x - half, y - half], high: [x + half, y + half] }) as const;
  if (thing === "button") return square(0.04);
  if (thing === "tray") return square(0.045);
  if (thing === "object" || thing === "brick") return square(BLOCK.width / 2);
  const { opens } = scene[thing]!;
  const { half, back, front } = {
    drawer: { half: 0.08, back: 0.2, front: DRAWER_TRAVEL + 0.06 },
    locker: { half: 0.06, back: 0.14, front: LOCKER_TRAVEL },
  }[thing];
  const ends = [-back, front].map((along) => [x + along * opens[0], y + along * opens[1]]);
  const wide = [half * Math.abs(opens[1]), half * Math.abs(opens[0])];
  const span = (axis: 0 | 1) => [ends[0]![axis]!, ends[1]![axis]!] as const;
  return {
    low: [Math.min(...span(0)) - wide[0]!, Math.min(...span(1)) - wide[1]!],
    high: [Math.max(...span(0)) + wide[0]!, Math.max(...span(1)) + wide[1]!],
  };
}

describe("the sawyer domain's drawn scenes", () => {
  it("share no combination of things, sides and slots between splits, whatever the seeds", () =>
    fc.assert(
      fc.property(fc.tuple(seeds, seeds, seeds), (of) => {
        const seen = splits.map((split, i) => new Set(drawn(split, of[i]!, 150).map(({ scene }) => combination(scene))));
        for (const a of seen) for (const b of seen) if (a !== b) expect([...a].filter((it) => b.has(it))).to.deep.equal([]);
      }),
      { numRuns: 30 },
    ));

  it("show training a good part of what the tests combine: no thing, side or state is held out altogether", () => {
    const parts = (split: Split) =>
      new Set(
        drawn(split, 1, 700).flatMap(({ scene }) =>
          combination(scene)
            .split(",")
            .map((part, i) => `${i === 0 ? "side " : ""}${part}`),
        ),
      );
    expect([...parts("test")].filter((part) => !parts("train").has(part))).to.deep.equal([]);
  });

  it("can be set out, and nothing stands where another thing stands or sweeps", () => {
    for (const { scene } of many) {
      checkScene(scene);
      const things = THINGS.filter((thing) => scene[thing]).map((thing) => ({ thing, ...footprint(thing, scene) }));
      for (const a of things)
        for (const b of things) {
          const together = [a.thing, b.thing].sort().join();
          if (a === b || together === "brick,locker") continue;
          const apart = [0, 1].some((axis) => a.high[axis]! < b.low[axis]! || b.high[axis]! < a.low[axis]!);
          expect(apart, `${a.thing} and ${b.thing} in ${JSON.stringify(scene)}`).to.equal(true);
        }
    }
  });

  it("leave room for two fingers beside every block", () => {
    for (const { scene } of many)
      for (const other of ["button", "tray", "drawer"] as const) {
        if (!scene.object || !scene[other]) continue;
        const [block, thing] = [footprint("object", scene), footprint(other, scene)];
        const gap = Math.max(
          ...[0, 1].map((axis) => Math.max(thing.low[axis]! - block.high[axis]!, block.low[axis]! - thing.high[axis]!)),
        );
        expect(gap, `${other} beside the object`).to.be.above(0.015);
      }
  });

  it("have an aim that is possible in them, and contact to make", () => {
    for (const { scene, aim } of many) {
      expect(feasibleAims(scene)).to.include(aim.kind);
      for (const thing of needs[aim.kind]) expect(scene[thing], `${aim.kind} needs ${thing}`).to.not.equal(undefined);
      expect(feasibleAims(scene).length).to.be.above(1);
    }
  });

  it("have a brick only in a locker, and a locker only with its button", () => {
    for (const { scene } of many) {
      if (scene.brick) expect(scene.locker).to.not.equal(undefined);
      if (scene.locker) expect(scene.button).to.not.equal(undefined);
    }
  });

  it("lie where the hand may go: bars with a hook behind them or a push before, caps pressed home, blocks, tray, start and goal", () => {
    const { min, max } = loadLimits(LIMITS_FILE).workspace;
    const inside = (at: readonly number[], what: string) =>
      at.forEach((x, axis) => expect(x, `${what}, axis ${axis}`).to.be.within(min[axis]!, max[axis]!));
    inside(START_TIP, "start");
    inside(REACH_GOAL, "goal");
    for (const { scene } of many) {
      const { drawer: d, button: b, tray: t, object, brick } = scene;
      if (d)
        for (const out of [0, DRAWER_TRAVEL])
          for (const hand of [-0.026, 0.035])
            inside([d.position[0], d.position[1] + d.opens[1] * (0.055 + out + hand), -0.022], "bar");
      if (b) inside([b.position[0], b.position[1], b.position[2] - BUTTON_TRAVEL], "cap");
      if (t) inside([t.position[0], t.position[1], TABLE_Z + 0.024], "over the tray");
      if (object) inside([object.position[0], object.position[1], TABLE_Z + BLOCK.height / 2], "object");
      if (brick && scene.locker!.travel > 0)
        inside([brick.position[0], brick.position[1], brick.position[2] + BLOCK.height / 2], "brick");
    }
  });

  it("ask for each aim as often as for any other in tests and validation, and for none rarely in training", () => {
    for (const split of splits) {
      const tasks = drawn(split, 6, 1800);
      for (const kind of aimKinds) {
        const asked = tasks.filter(({ aim }) => aim.kind === kind).length;
        const [least, most] = split === "train" ? [90, 450] : [140, 260];
        expect(asked, `${split}: ${kind}`).to.be.within(least, most);
      }
    }
  });

  it("are each had with three aims in training, and with one in validation and tests", () => {
    for (const [split, aims] of [
      ["train", 3],
      ["validation", 1],
      ["test", 1],
    ] as const) {
      const tasks = drawn(split, 7, 300);
      const scenes = new Map<string, Set<AimKind>>();
      for (const { scene, aim } of tasks) {
        const known = scenes.get(JSON.stringify(scene)) ?? new Set();
        scenes.set(JSON.stringify(scene), known.add(aim.kind));
      }
      expect(scenes.size, split).to.equal(300 / aims);
      for (const known of scenes.values()) expect(known.size, split).to.equal(aims);
    }
  });

  // A split owns a few hundred combinations, some much likelier than others: its shares are near, not equal.
  it("hold each thing three times of four where the aim does not need it, in every split, and find half of what slides open", () => {
    for (const split of splits) {
      // The first task of a scene; what training asks besides has to be possible as well.
      const aims = split === "train" ? 3 : 1;
      const tasks = drawn(split, 5, 3000 * aims).filter(({ id }) => id % aims === 0);
      /** Among tasks whose aim is none of these. */
      const share = (of: (scene: SceneSpec) => unknown, among: (scene: SceneSpec) => unknown, ...without: AimKind[]) => {
        const scenes = tasks.filter(({ aim, scene }) => !without.includes(aim.kind) && among(scene)).map(({ scene }) => scene);
        return scenes.filter(of).length / scenes.length;
      };
      const drawers = ["open-drawer", "close-drawer"] as const;
      const lockers = ["open-locker", "close-locker", "pick-brick"] as const;
      const any = () => true;
      const button = ({ button }: SceneSpec) => button;
      for (const [what, found] of [
        ["drawer", share((it) => it.drawer, any, ...drawers, "reach")],
        ["button", share(button, any, ...lockers, "press-button", "reach")],
        ["tray", share((it) => it.tray, any, "place-object")],
        ["object", share((it) => it.object, any, "pick-object", "place-object", "reach")],
        ["locker beside a button", share((it) => it.locker, button, ...lockers)],
        [
          "brick in a locker",
          share(
            (it) => it.brick,
            (it) => it.locker,
            "pick-brick",
          ),
        ],
      ] as const)
        expect(found, `${split}: ${what}`).to.be.closeTo(0.75, 0.09);
      const open = (name: "drawer" | "locker") => (it: SceneSpec) => it[name]!.travel > 0;
      expect(
        share(open("drawer"), (it) => it.drawer, ...drawers),
        `${split}: drawer open`,
      ).to.be.closeTo(0.5, 0.1);
      expect(
        share(open("locker"), (it) => it.locker, ...lockers),
        `${split}: locker open`,
      ).to.be.closeTo(0.5, 0.1);
    }
  });

  it("put every reach's goal where everything that is carried is wanted", () => {
    for (const { aim } of many) if (aim.kind === "reach") expect(aim.goal).to.deep.equal(REACH_GOAL);
  });
});
