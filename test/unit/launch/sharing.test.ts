import { expect } from "chai";
import type { Episode } from "../../../src/domain/experience.ts";
import { openDomain } from "../../../launch/domains.ts";
import { sharedLabels } from "../../../launch/sharing.ts";

const episode = (task: number): Episode => ({
  ...{ task, steps: 2, observation: new Float32Array(6), action: new Float32Array(2), reward: new Float32Array(2) },
  ...{ rewardSource: "environment", terminated: false, human: false },
});

describe("sharing a scene's data among its tasks", () => {
  it("labels each episode for every other task of its scene, by that task's own reward, and for none of another scene", async () => {
    const sawyer = await openDomain("sawyer");
    const asked: unknown[] = [];
    const elsewhere = {
      ...sawyer.elsewhere!,
      scene: (task: unknown) => (task as string)[0]!,
      worth: (task: unknown) => (asked.push(task), Float32Array.of(-1, 0)),
    };
    const tasks = ["a1", "a2", "a3", "b1"];
    const made = sharedLabels({ ...sawyer, elsewhere }, tasks, [episode(1), episode(3), episode(0)]);
    expect(made.map(({ episode, task }) => [episode, task])).to.deep.equal([[0, 0], [0, 2], [2, 1], [2, 2]]); // prettier-ignore
    expect(asked).to.deep.equal(["a1", "a3", "a2", "a3"]);
    expect([...made[0]!.reward]).to.deep.equal([-1, 0]);
  });

  it("finds three tasks to a training scene of the arm, and different scenes different", async () => {
    const { elsewhere, task } = await openDomain("sawyer");
    const scenes = Array.from({ length: 9 }, (_, id) => elsewhere!.scene(task("train", 5, id)));
    expect(new Set(scenes).size).to.equal(3);
    expect(new Set(scenes.slice(3, 6)).size).to.equal(1);
  });

  it("shares nothing where a task is not a thing of its scene", async () => {
    expect(sharedLabels(await openDomain("point"), [], [episode(0)])).to.deep.equal([]);
  });
});
