import { expect } from "chai";
import { openDomain } from "../../launch/domains.ts";
import { Rollouts } from "../../launch/rollouts.ts";
import { facts } from "../../src/control/primitives.ts";
import { START_TIP } from "../../src/tasks/sawyer.ts";

describe("the data of the arm", () => {
  it("begin from the start posture and, every other episode, from anywhere: what came before is not in them", async () => {
    const { spec, task, elsewhere } = await openDomain("sawyer");
    const rollouts = await Rollouts.open("sawyer", 2);
    const job = { split: "train" as const, taskSeed: 3, ids: [0, 1, 2, 3, 4, 5], seed: 9, episodes: 2 };
    const made = await rollouts.behave(job, () => {});
    rollouts.close();
    const off = made.episodes.map(({ observation }) => {
      const { tip } = facts(observation.subarray(0, spec.observation.length));
      return Math.hypot(...tip.map((x, i) => x - START_TIP[i]!));
    });
    expect(Math.max(...off.filter((_, i) => i % 2 === 0))).to.be.below(0.01);
    expect(off.filter((far, i) => i % 2 === 1 && far > 0.03)).to.have.length.above(3);
    for (const episode of made.episodes) {
      expect(episode.steps).to.equal(spec.horizon);
      expect(episode.observation).to.have.length((spec.horizon + 1) * spec.observation.length);
      expect(episode.action).to.have.length(spec.horizon * spec.action.length);
      expect([...elsewhere!.worth(task("train", 3, episode.task), episode)]).to.deep.equal([...episode.reward]);
    }
  });
});
