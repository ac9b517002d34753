import { expect } from "chai";
import { rewardedRollout, rollout } from "../../../src/control/rollout.ts";
import { withoutRewards } from "../../../src/control/withoutRewards.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import { countingEnvironment } from "./countingEnvironment.ts";

const code = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as OnarmError).code;
  }
  return "nothing thrown";
};

describe("an environment without rewards", () => {
  it("throws reward.forbidden for reward and outcome, and never asks the world beneath", () => {
    const { environment, calls } = countingEnvironment();
    const cut = withoutRewards(environment);
    expect([code(() => cut.reward()), code(() => cut.outcome())]).to.deep.equal(["reward.forbidden", "reward.forbidden"]);
    expect(calls).to.deep.equal([]);
  });

  it("carries a whole rollout without one question for the reward", async () => {
    const { environment, calls } = countingEnvironment();
    await rollout(withoutRewards(environment), 7, () => Float32Array.of(0, 0), { task: 7 });
    expect(calls).to.deep.equal(["reset 7", "step", "step", "step", "step"]);
  });

  it("cannot be used for a rewarded rollout", async () => {
    const { environment, calls } = countingEnvironment();
    const outcome = await rewardedRollout(withoutRewards(environment), 7, () => Float32Array.of(0, 0), { task: 7 }).catch(
      (e: OnarmError) => e.code,
    );
    expect(outcome).to.equal("reward.forbidden");
    expect(calls).to.not.include("reward");
  });
});
