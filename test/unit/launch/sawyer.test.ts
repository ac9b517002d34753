import { expect } from "chai";
import { openSawyer } from "../../../launch/sawyer.ts";
import { rollout } from "../../../src/control/rollout.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";

describe("the embedded arm that practises in lockstep", () => {
  it("goes on after a stop: the rollout ends there, and the program does what a person would do beside a robot", async () => {
    const { environment, controller } = await openSawyer();
    const task = sawyerTask("train", 1, 0);
    const stopping = (_: Float32Array, t: number) => {
      if (t === 5) controller.stop("test");
      return new Float32Array(4);
    };
    const made = await rollout(environment, task, stopping, { task: 0, stopEnds: true });
    expect([made.steps, made.stopped, controller.mode().is]).to.deep.equal([5, "test", "stopped"]);
    const next = await rollout(environment, task, () => new Float32Array(4), { task: 0, stopEnds: true, horizon: 3 });
    expect([next.steps, next.stopped]).to.deep.equal([3, undefined]);
  });
});
