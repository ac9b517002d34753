import { expect } from "chai";
import fc from "fast-check";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import { aimOf, isFeasible, ownTaskOf, sceneFile, sceneOf, sceneToFile, trainingTask } from "../../../src/tasks/ownTasks.ts";
import type { OwnTask } from "../../../src/tasks/ownTasks.ts";
import { REACH_GOAL, aimKinds } from "../../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";

const own = (aim: OwnTask["aim"], id: number): OwnTask => ({
  scene: sceneToFile(sawyerTask("test", 5, id).scene),
  aim,
  rewards: "person",
});

describe("tasks of a lab's own", () => {
  it("keep their scene to the last bit in a file", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(1000), (seed, id) => {
        const { scene } = sawyerTask("train", seed, id);
        const written = JSON.parse(JSON.stringify(sceneToFile(scene))) as unknown;
        expect(sceneOf(sceneFile.parse(written))).to.deep.equal(JSON.parse(JSON.stringify(scene)));
      }),
    );
  });

  it("come after those that the dataset's seed names", () => {
    const tasks = { taskSeed: 9, tasks: 6, own: [own("reach", 1), own("open-drawer", 2)] };
    expect(trainingTask(tasks, 3)).to.deep.equal(sawyerTask("train", 9, 3));
    expect([3, 4, 5, 6].map((id) => ownTaskOf(tasks, id)?.aim)).to.deep.equal([undefined, "reach", "open-drawer", undefined]);
    const { scene, ...rest } = trainingTask(tasks, 5);
    expect(rest).to.deep.equal({ id: 5, aim: { kind: "open-drawer" } });
    expect(scene).to.deep.equal(sceneOf(tasks.own[1]!.scene));
    expect(trainingTask({ taskSeed: 9, tasks: 6 }, 5)).to.deep.equal(sawyerTask("train", 9, 5));
  });

  it("hold any one thing, and all of them together", () => {
    const every = { position_m: [0.5, -0.1, -0.05] };
    const slides = { ...every, opens: [-1, 0, 0], travel_m: 0.12 };
    const all = { drawer: slides, button: every, locker: slides, tray: every, object: every, brick: every };
    expect(Object.keys(all)).to.deep.equal([...THINGS]);
    for (const [name, thing] of Object.entries(all)) expect(sceneFile.safeParse({ [name]: thing }).success, name).to.equal(true);
    expect(sceneToFile(sceneOf(sceneFile.parse(all)))).to.deep.equal(all);
  });

  it("want what their word says: a reach where every reach goes, and nothing that is so already", () => {
    for (const kind of aimKinds) expect(aimOf(kind)).to.deep.equal(kind === "reach" ? { kind, goal: REACH_GOAL } : { kind });
    const at = { position: [0.5, -0.1, -0.05] as const };
    const locker = (travel: number) => ({ ...at, opens: [-1, 0, 0] as const, travel: metres(travel) });
    const asks = (scene: SceneSpec) => aimKinds.filter((kind) => isFeasible(kind, scene));
    expect(asks({ button: at, locker: locker(0), brick: at })).to.deep.equal(["reach", "press-button", "open-locker"]);
    expect(asks({ button: at, locker: locker(0.14), brick: at })).to.deep.equal([
      "reach",
      "press-button",
      "close-locker",
      "pick-brick",
    ]);
    expect(asks({ object: at })).to.deep.equal(["reach", "pick-object"]);
    expect(asks({ object: at, tray: { position: [0.6, -0.1, -0.05] } })).to.deep.equal(["reach", "pick-object", "place-object"]);
  });

  for (const [what, change] of [
    ["a locker out further than it goes", { locker: { position_m: [0.8, -0.2, -0.05], opens: [-1, 0, 0], travel_m: 0.15 } }],
    ["a locker that does not say which way it opens", { locker: { position_m: [0.8, -0.2, -0.05], travel_m: 0 } }],
    ["a block that is somewhere", { object: {} }],
    ["a block that slides", { object: { position_m: [0.5, -0.1, -0.05], travel_m: 0.1 } }],
    ["a direction that is no unit", { drawer: { position_m: [0.6, 0.2, 0], opens: [0, -2, 0], travel_m: 0 } }],
    ["a drawer that opens upward", { drawer: { position_m: [0.6, 0.2, 0], opens: [0, 0, 1], travel_m: 0 } }],
    ["a drawer out further than it goes", { drawer: { position_m: [0.6, 0.2, 0], opens: [0, -1, 0], travel_m: 0.3 } }],
    ["a place that is no number", { drawer: { position_m: [0.6, NaN, 0], opens: [0, -1, 0], travel_m: 0 } }],
    ["a key of no meaning", { lamp: {} }],
  ] as const)
    it(`are refused with ${what}`, () => {
      const good = { drawer: { position_m: [0.6, 0.2, 0], opens: [0, -1, 0], travel_m: 0 } };
      expect(sceneFile.safeParse(good).success).to.equal(true);
      expect(sceneFile.safeParse({ ...good, ...change }).success).to.equal(false);
    });
});
