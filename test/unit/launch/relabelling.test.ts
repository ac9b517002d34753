import { expect } from "chai";
import { openDomain } from "../../../launch/domains.ts";
import { again, relabelling } from "../../../launch/relabelling.ts";
import { rewardedRollout } from "../../../src/control/rollout.ts";
import type { Rollout } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import { isMeantIn } from "../../../src/tasks/ownTasks.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";

const tasks = Array.from({ length: 60 }, (_, id) => sawyerTask("train", 5, id));
const setting = (id: number) => tasks[id];
const rolloutOf = (task: number): Rollout => ({
  ...{ task, steps: 0, terminated: false, human: false },
  ...{ observation: new Float32Array(), action: new Float32Array() },
});

describe("labelling a rollout for other tasks", () => {
  it("takes the tasks whose aim its scene allows on the side where their own have it, never its own", async () => {
    const { others } = relabelling(await openDomain("sawyer"), tasks, setting)!;
    for (const { id, scene } of tasks)
      expect(others(id)).to.deep.equal(tasks.filter((task) => task.id !== id && isMeantIn(scene, task)).map((task) => task.id));
  });

  it("stays among the tasks that are meant", async () => {
    const { others } = relabelling(await openDomain("sawyer"), tasks, setting, [3, 4, 5])!;
    for (const { id } of tasks) expect([3, 4, 5]).to.include.members([...others(id)]);
  });

  it("draws each other task once at most, and repeats its draw from the same seed", async () => {
    const which = relabelling(await openDomain("sawyer"), tasks, setting)!;
    const draw = (count: number) => again([rolloutOf(0), rolloutOf(1)], which, count, rng("again")).map(({ task }) => task);
    expect(draw(3)).to.have.length(6).and.deep.equal(draw(3));
    for (const id of [0, 1]) {
      const all = again([rolloutOf(id)], which, 1000, rng("again", id)).map(({ task }) => task);
      expect(all).to.have.members([...which.others(id)]);
    }
    expect(draw(0)).to.deep.equal([]);
  });

  it("knows nothing of domains whose tasks are not had in a scene", async () => {
    const point = await openDomain("point");
    expect(relabelling(point, [], () => undefined)).to.equal(undefined);
  });

  it("tells what the environment would have paid, step for step", async () => {
    const domain = await openDomain("sawyer");
    const { environment } = await domain.open();
    const { worth } = relabelling(domain, tasks, setting)!;
    const paid = new Set<number>();
    for (const task of tasks.slice(0, 8)) {
      const { episode } = await rewardedRollout(environment, task, domain.behaviour(task, rng("b", task.id)), { task: task.id });
      expect([...worth(task.id, episode)]).to.deep.equal([...episode.reward]);
      episode.reward.forEach((r) => paid.add(r));
    }
    expect([...paid]).to.have.members([-1, 0]);
    await environment.close();
  });
});
