import { expect } from "chai";
import { rewardedAfter, rewardedRollout, rollout } from "../../../src/control/rollout.ts";
import { metaTest } from "../../../src/control/metaTest.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import { rng } from "../../../src/domain/rng.ts";
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

  it("after steps that nobody sees begins where they led, for a whole horizon, as if there had been none", async () => {
    const { environment } = countingEnvironment();
    const asked: [string, number][] = [];
    const unseen = { steps: 3, controller: (_: Float32Array, t: number) => (asked.push(["unseen", t]), Float32Array.of(9, 9)) };
    const seen = (_: Float32Array, t: number) => (asked.push(["seen", t]), act(_, t));
    const { episode, outcome } = await rewardedAfter(unseen, environment, 3, seen, { task: 0 });
    expect(asked).to.deep.equal([0, 1, 2].map((t) => ["unseen", t]).concat([0, 1, 2, 3].map((t) => ["seen", t])));
    expect([...episode.observation]).to.deep.equal([3, 3, 4, 3, 5, 3, 6, 3, 7, 3]);
    expect([...episode.action]).to.deep.equal([0, 1, 2, 3].flatMap((t) => [Math.fround(t / 10), -1]));
    expect([...episode.reward]).to.deep.equal([-4, -5, -6, -7]);
    expect([episode.steps, outcome.success]).to.deep.equal([4, false]);
    const sparse = { ...environment, spec: { ...environment.spec, reward: { kind: "sparse", low: -1 } as const } };
    const paidAt = async (step: number) => {
      let steps = 0;
      const pays = {
        ...sparse,
        step: (a: Float32Array) => (steps++, environment.step(a)),
        reward: () => (steps === step ? 0 : -1),
      };
      return (await rewardedAfter(unseen, pays, 3, seen, { task: 0 })).outcome.successAny;
    };
    expect([await paidAt(3), await paidAt(4)], "what was true before is no success").to.deep.equal([false, true]);
    const short = await rewardedAfter(unseen, countingEnvironment({ ends: 2 }).environment, 3, seen, { task: 0 });
    expect([short.episode.steps, short.episode.observation.length, short.episode.reward.length]).to.deep.equal([0, 2, 0]);
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

  describe("whose arm is stopped in its third step", () => {
    /** The counting world, whose arm stops where it counts to 3; rewards are sparse, and every step succeeded so far. */
    const stopping = (error = new OnarmError("command.stopped", "the arm was stopped", { reason: "tracking" })) => {
      const { environment } = countingEnvironment();
      let steps = 0;
      return {
        ...environment,
        spec: { ...environment.spec, reward: { kind: "sparse", low: -1 } as const },
        reset: async (task: number) => ((steps = 0), environment.reset(task)),
        step: async (action: Float32Array) => {
          if (++steps === 3) throw error;
          return environment.step(action);
        },
        reward: () => 0,
        outcome: () => ({ success: true, successAny: true }),
      };
    };

    it("rejects, for who drives to attend to, unless it was asked to end", async () => {
      expect(await codeOf(rollout(stopping(), 3, act, { task: 0 }))).to.equal("command.stopped");
      const made = await rollout(stopping(), 3, act, { task: 0, stopEnds: true });
      expect(made).to.include({ steps: 2, terminated: false, stopped: "tracking" });
      expect([made.observation.length, made.action.length]).to.deep.equal([6, 4]);
    });

    it("has not succeeded, whatever stood true when it stopped", async () => {
      const { episode, outcome, stopped } = await rewardedRollout(stopping(), 3, act, { task: 0, stopEnds: true });
      expect([episode.steps, episode.reward.length, stopped]).to.deep.equal([2, 2, "tracking"]);
      expect(outcome).to.deep.equal({ success: false, successAny: true });
      expect(episode).to.not.have.property("stopped");
    });

    it("rejects all the same when it was no stop that ended it", async () => {
      const lost = stopping(new OnarmError("scene.stale", "no scene"));
      expect(await codeOf(rollout(lost, 3, act, { task: 0, stopEnds: true }))).to.equal("scene.stale");
    });

    it("is scored as if the steps it did not make had been the worst", async () => {
      const none = new Float32Array(0);
      const belief = { mean: none, variance: none };
      const agent = {
        spec: countingEnvironment().environment.spec,
        prior: () => belief,
        infer: async () => belief,
        act: async () => Float32Array.of(0, 0),
        load: () => {},
        dispose: async () => {},
      };
      const test = { id: 0, context: "own", rng: rng("test"), explorations: 1, latentPeriod: 1, scoredLatent: "mean" } as const;
      const result = await metaTest(stopping(), 3, agent, test);
      expect([result.return, result.outcome.success, result.exploration.length]).to.deep.equal([-2, false, 1]);
    });
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
