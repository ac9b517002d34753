import { expect } from "chai";
import { rollout as rollOut } from "../../../src/control/rollout.ts";
import { underBelief } from "../../../src/control/metaTest.ts";
import { withoutRewards } from "../../../src/control/withoutRewards.ts";
import type { Rollout } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import { Agent } from "../../../src/policy/agent.ts";
import type { Environment } from "../../../src/ports/environment.ts";
import { codeOf, episode, rollout, tinyConfig, tinyLearner, tinyNets, tinySpec } from "./tiny.ts";

/** A world that counts each question it is asked. */
function spied() {
  const asked = { reset: 0, step: 0, reward: 0, outcome: 0 };
  const r = rng("spied world");
  const see = () => Float32Array.from({ length: 3 }, () => r.normal());
  const environment: Environment<number> = {
    spec: tinySpec(),
    reset: async () => (asked.reset++, see()),
    step: async () => (asked.step++, { observation: see(), terminated: false }),
    reward: () => (asked.reward++, 1),
    outcome: () => (asked.outcome++, { success: true, successAny: true }),
    close: async () => {},
  };
  return { environment, asked };
}

/** A rollout that throws when anybody looks at a reward of it. */
const guarded = (made: Rollout): Rollout => {
  const never = (what: string) => ({
    enumerable: true,
    get: (): never => {
      throw new Error(`somebody read the ${what} of a rollout`);
    },
  });
  return Object.defineProperties({ ...made }, { reward: never("reward"), rewardSource: never("reward's source") });
};

describe("self-supervised practice", () => {
  it("goes round once, from acting to learning, without one question for a real reward (U9)", async () => {
    const learner = tinyLearner();
    await learner.update(3);
    await learner.beginPractice();
    const agent = await Agent.create(learner.spec, learner.config.nets, learner.config.head, 4);
    agent.load(learner.trained.views);
    const { environment, asked } = spied();
    for (const task of [0, 1, 2]) {
      const made = await rollOut(
        withoutRewards(environment),
        task,
        underBelief(agent, agent.prior(), "episode", rng("z", task)),
        { task },
      );
      expect(made).to.not.have.any.keys("reward", "rewardSource");
      const labelled = await learner.addPractice(guarded(made), true);
      expect(labelled.rewardSource).to.equal("decoded");
    }
    await learner.update(3);
    expect(asked).to.deep.equal({ reset: 3, step: 15, reward: 0, outcome: 0 });
    await agent.dispose();
    await learner.dispose();
  });

  it("is handed a world whose reward and outcome throw reward.forbidden, before the world is asked", async () => {
    const { environment, asked } = spied();
    const blind = withoutRewards(environment);
    await blind.reset(0);
    await blind.step(new Float32Array(2));
    expect(await codeOf(() => blind.reward())).to.equal("reward.forbidden");
    expect(await codeOf(() => blind.outcome())).to.equal("reward.forbidden");
    expect([asked.reward, asked.outcome]).to.deep.equal([0, 0]);
  });

  it("reads no reward from a rollout that has one all the same", async () => {
    const learner = tinyLearner();
    await learner.beginPractice();
    const [blind, seeing] = [await learner.addPractice(guarded(rollout(0, 4)), true), learner.memory[0]!];
    expect([...seeing.reward.subarray(10, 15)]).to.deep.equal([...blind.reward]);
    await learner.dispose();
  });

  it("cannot label before it begins, nor for a task that the dataset does not hold", async () => {
    const learner = tinyLearner();
    expect(await codeOf(() => learner.addPractice(rollout(0, 4), true))).to.equal("mode.refused");
    await learner.beginPractice();
    expect(await codeOf(() => learner.addPractice(rollout(3, 4), true))).to.equal("tasks.invalid");
    expect(await codeOf(() => learner.addPractice(rollout(0, 4), true, 3))).to.equal("tasks.invalid");
    await learner.dispose();
  });

  it("remembers a NaN in no rollout", async () => {
    const learner = tinyLearner();
    await learner.beginPractice();
    const torn = { ...rollout(0, 4), observation: new Float32Array(18).fill(NaN) };
    expect(await codeOf(() => learner.addPractice(torn, true))).to.equal("dataset.mismatch");
    expect(learner.memory[0]!.count).to.equal(10);
    await learner.dispose();
  });
});

describe("a self-made label", () => {
  const labels = async (learner: ReturnType<typeof tinyLearner>, task: number) => [
    ...(await learner.labeller.label(rollout(task, 9), learner.memory[task]!, rng("label"))).reward,
  ];

  it("comes from the offline snapshot alone: whatever practice adds, the same stream draws the same z (U5)", async () => {
    const learner = tinyLearner();
    await learner.update(5);
    await learner.beginPractice();
    const z = async () => [...(await learner.labeller.latent(learner.memory[1]!, rng("z")))];
    const [zBefore, before] = [await z(), await labels(learner, 1)];
    for (let i = 0; i < 6; i++) await learner.addPractice(rollout(1, 20 + i), i % 2 === 0);
    learner.memory[1]!.append({ ...episode(1, 40), reward: new Float32Array(5).fill(1e6) }, { online: true, exploration: true });
    await learner.update(5);
    expect(await z()).to.deep.equal(zBefore);
    expect(await labels(learner, 1)).to.deep.equal(before);
    await learner.dispose();
  });

  it("is drawn from offline rows only: the spied memory is never asked for another", async () => {
    const learner = tinyLearner();
    await learner.beginPractice();
    const memory = learner.memory[2]!;
    for (let i = 0; i < 4; i++) await learner.addPractice(rollout(2, 20 + i), true);
    const rows: number[] = [];
    const write = memory.writeContextRow.bind(memory);
    memory.writeContextRow = (row, into, k) => (rows.push(row), write(row, into, k));
    for (let i = 0; i < 50; i++) await learner.addPractice(rollout(2, 30 + i), true);
    expect(rows.length).to.equal(50 * tinyConfig().practice.labelContext);
    expect(Math.max(...rows)).to.be.below(memory.offlineCount);
    expect(new Set(rows).size).to.equal(memory.offlineCount);
    await learner.dispose();
  });

  it("hangs on the history it is asked about, and on the rollout", async () => {
    const learner = tinyLearner();
    await learner.update(50);
    await learner.beginPractice();
    const ask = async (made: Rollout, source: number) =>
      [...(await learner.labeller.label(made, learner.memory[source]!, rng("label"))).reward].join();
    const answers = [await ask(rollout(0, 9), 0), await ask(rollout(0, 9), 2), await ask(rollout(0, 8), 0)];
    expect(new Set(answers).size).to.equal(3);
    await learner.dispose();
  });

  it("has one z for a whole rollout, and one number a step however long it is", async () => {
    const learner = tinyLearner();
    await learner.beginPractice();
    const long = rollout(0, 9, 600);
    const z = Float32Array.of(0.3, -1);
    const { reward: whole } = await learner.labeller.decode(long, z);
    expect(whole.length).to.equal(600);
    for (const t of [0, 255, 256, 599]) {
      const step = {
        steps: 1,
        observation: long.observation.subarray(t * 3, (t + 2) * 3),
        action: long.action.subarray(t * 2, (t + 1) * 2),
      };
      expect((await learner.labeller.decode(step, z)).reward[0]).to.be.closeTo(whole[t]!, 1e-6);
    }
    await learner.dispose();
  });

  it("is that of the states that followed, and no action's, where the decoder is shown those", async () => {
    const learner = tinyLearner({ nets: { ...tinyNets, decoderSees: "next-state" } });
    await learner.update(20);
    await learner.beginPractice();
    const [long, z] = [rollout(0, 9, 300), Float32Array.of(0.3, -1)];
    const { reward: whole } = await learner.labeller.decode(long, z);
    const still = { ...long, action: new Float32Array(long.action.length) };
    expect([...(await learner.labeller.decode(still, z)).reward]).to.deep.equal([...whole]);
    // Shifted by one state, the same labels come one step earlier.
    const later = { steps: 299, observation: long.observation.subarray(3), action: long.action.subarray(2) };
    const { reward: shifted } = await learner.labeller.decode(later, z);
    for (const t of [0, 254, 255, 298]) expect(shifted[t]!).to.be.closeTo(whole[t + 1]!, 1e-6);
    await learner.dispose();
  });

  it("is the mean of what several decoders say, trusted as far as they agree, and remembered with that", async () => {
    const sparse = tinySpec({ reward: { kind: "sparse", low: -1 } });
    const learner = tinyLearner({ head: "bernoulli", nets: { ...tinyNets, decoders: 3 } }, 7, sparse);
    await learner.beginPractice();
    const z = Float32Array.of(0.3, -1);
    // Three decoders that say nothing but 1, 0 and 0.5, whatever they are shown.
    const frozen = learner.labeller.frozen.views;
    const last = Object.keys(frozen).filter((name) => name.startsWith("dec.b")).length - 1;
    const say = (...logits: number[]) =>
      logits.forEach((logit, k) => {
        const name = k === 0 ? "dec" : `dec${k}`;
        frozen[`${name}.w${last}`]!.fill(0);
        frozen[`${name}.b${last}`]!.fill(logit);
      });
    say(40, -40, 0);
    const { reward, confidence } = await learner.labeller.decode(rollout(0, 9), z);
    for (const x of reward) expect(x).to.be.closeTo(-0.5, 1e-6);
    for (const x of confidence) expect(x).to.be.closeTo(1 - 2 * Math.sqrt(1 / 6), 1e-6);
    say(1, 1, 1);
    expect([...(await learner.labeller.decode(rollout(0, 9), z)).confidence]).to.deep.equal([1, 1, 1, 1, 1]);
    say(40, -40, 0);
    await learner.addPractice(rollout(0, 9), true);
    const kept = learner.memory[0]!;
    expect([...kept.confidence.subarray(0, kept.offlineCount)].every((x) => x === 1)).to.equal(true);
    expect(kept.confidence[kept.offlineCount]).to.be.closeTo(1 - 2 * Math.sqrt(1 / 6), 1e-6);
    await learner.dispose();
  });

  it("of the control experiment is made from another task's history and remembered under the task practised", async () => {
    const remembered = async (labelTask: number) => {
      const learner = tinyLearner();
      await learner.update(50);
      await learner.beginPractice();
      const { reward } = await learner.addPractice(rollout(0, 9), true, labelTask);
      expect(learner.memory.map((m) => m.count)).to.deep.equal([15, 10, 10]);
      expect(learner.memory[0]!.reward.subarray(10, 15)).to.deep.equal(reward);
      await learner.dispose();
      return reward.join();
    };
    expect(await remembered(2)).to.not.equal(await remembered(0));
  });
});
