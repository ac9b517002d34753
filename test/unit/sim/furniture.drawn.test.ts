import { expect } from "chai";
import { THINGS } from "../../../src/domain/scene.ts";
import { seconds } from "../../../src/domain/units.ts";
import { BLOCK, START_TIP, achieved } from "../../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";
import { bareTable } from "./table.ts";
import type { BareTable } from "./table.ts";

const drawn = (["train", "validation", "test"] as const).flatMap((split) =>
  Array.from({ length: 60 }, (_, id) => ({ split, ...sawyerTask(split, 8, id) })),
);

describe("the scenes that are drawn, set out one after the other", () => {
  let t: BareTable;
  before(async () => void (t = await bareTable({})));
  after(() => t.physics.free());

  it("stand as they were set out, untouched, and have their aim still to be reached", () => {
    for (const { split, id, scene, aim } of drawn) {
      const name = `${split} ${id}`;
      t.things.arrange(scene);
      for (const periods of [0, 100]) {
        t.pass(periods);
        const facts = t.things.facts();
        expect(Object.keys(facts).sort(), name).to.deep.equal(THINGS.filter((thing) => scene[thing]).sort());
        for (const thing of ["drawer", "locker"] as const)
          if (scene[thing]) expect(facts[thing]!.travel, `${name}: ${thing}`).to.be.closeTo(scene[thing].travel, 1e-4);
        for (const block of ["object", "brick"] as const)
          scene[block]?.position.forEach((x, axis) =>
            expect(facts[block]!.position[axis], `${name}: ${block}`).to.be.closeTo(axis === 2 ? x + BLOCK.height / 2 : x, 5e-4),
          );
        expect(achieved(aim, START_TIP, { at: seconds(0), facts }), `${name}: ${aim.kind}`).to.equal(false);
      }
    }
  });

  it("let the locker ride out and in, whatever else stands there, with its brick", () => {
    for (const { split, id, scene } of drawn) {
      if (!scene.locker) continue;
      t.things.arrange(scene);
      const found = scene.locker.travel;
      const before = t.things.facts();
      for (const goal of [0.14 - found, found]) {
        t.press();
        t.pass(200);
        expect(t.fact("locker").travel, `${split} ${id}`).to.be.closeTo(goal, 1e-3);
      }
      for (const thing of ["object", "brick"] as const)
        before[thing]?.position.forEach((x, axis) =>
          expect(t.fact(thing).position[axis], `${split} ${id}: ${thing}`).to.be.closeTo(x, 0.005),
        );
    }
  });
});
