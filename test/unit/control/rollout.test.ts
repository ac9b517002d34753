import { expect } from "chai";
import { rewardedRollout, rollout } from "../../../src/control/rollout.ts";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { countingEnvironment } from "./countingEnvironment.ts";

const act = (_: Float32Array, t: number) => Float32Array.of(t / 10, -1);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (e: OnarmError) => e.code,
  );

describe("a rollout", () => {
  it("holds one more observation than actions, in the order they happened", async () => {
    const made = await rollout(countingEnvironment().environment, 3, act, { task: 12 });
    expect([...made.observation]).to.deep.equal([0, 3, 1, 3, 2, 3, 3, 3, 4, 3]);
    expect([...made.action]).to.deep.equal([0, 1, 2, 3].flatMap((t) => [Math.fround(t / 10), -1]));
    expect(made).to.include({ task: 12, steps: 4, terminated: false, human: false });
    expect(made).to.not.have.property("reward");
  });

  it("shows the controller what the environment showed, step by step", async () => {
    const seen: number[] = [];
    const { environment } = countingEnvironment();
    await rollout(environment, 3, async (observation, t) => (seen.push(observation[0]!, t), Float32Array.of(0, 0)), { task: 0 });
    expect(seen).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it("ends with the task, and says so; a horizon reached is not an end", async () => {
    const ended = await rollout(countingEnvironment({ ends: 2 }).environment, 3, act, { task: 0 });
    expect([ended.steps, ended.terminated, ended.observation.length, ended.action.length]).to.deep.equal([2, true, 6, 4]);
    const short = await rollout(countingEnvironment().environment, 3, act, { task: 0, horizon: 3 });
    expect([short.steps, short.terminated]).to.deep.equal([3, false]);
  });

  it("keeps its own copy of an action whose array the controller uses again", async () => {
    const shared = new Float32Array(2);
    const made = await rollout(countingEnvironment().environment, 3, (_, t) => (shared.fill(t), shared), { task: 0 });
    expect([...made.action]).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it("with rewards asks for one after every step, and for the outcome once at the end", async () => {
    const { environment, calls } = countingEnvironment();
    const { episode, outcome } = await rewardedRollout(environment, 3, act, { task: 0 });
    expect([...episode.reward]).to.deep.equal([-1, -2, -3, -4]);
    expect(episode.rewardSource).to.equal("environment");
    expect(outcome).to.deep.equal({ success: true, successAny: true });
    expect(calls.slice(1)).to.deep.equal([...Array(4).fill(["step", "reward"]).flat(), "outcome"]);
  });

  it("stops between two steps when it is interrupted", async () => {
    const { environment, calls } = countingEnvironment();
    const stop = new AbortController();
    const made = rollout(environment, 3, (_, t) => (t === 1 && stop.abort(), Float32Array.of(0, 0)), {
      task: 0,
      signal: stop.signal,
    });
    expect(await codeOf(made)).to.equal("interrupted");
    expect(calls).to.deep.equal(["reset 3", "step", "step"]);
  });

  it("does not even reset when it is interrupted before it begins", async () => {
    const { environment, calls } = countingEnvironment();
    expect(await codeOf(rollout(environment, 3, act, { task: 0, signal: AbortSignal.abort() }))).to.equal("interrupted");
    expect(calls).to.deep.equal([]);
  });

  it("refuses an action of the wrong width before the arm sees it", async () => {
    const { environment, calls } = countingEnvironment();
    expect(await codeOf(rollout(environment, 3, () => Float32Array.of(0), { task: 0 }))).to.equal("policy.shape");
    expect(calls).to.deep.equal(["reset 3"]);
  });
});
