import { expect } from "chai";
import fc from "fast-check";
import { ownTaskOf, sceneFile, sceneOf, sceneToFile, trainingTask } from "../../../src/tasks/ownTasks.ts";
import type { OwnTask } from "../../../src/tasks/ownTasks.ts";
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

  for (const [what, change] of [
    ["neither a drawer nor a button", { drawer: undefined }],
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
