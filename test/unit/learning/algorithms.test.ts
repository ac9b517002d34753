import { expect } from "chai";
import { evaluate, randomArrays } from "../engine/reference.ts";
import { ALGORITHMS, algorithm, algorithmConfig, secondPhase } from "../../../src/learning/algorithms.ts";
import type { AlgorithmName } from "../../../src/learning/algorithms.ts";
import type { AwacConfig } from "../../../src/learning/awac.ts";
import { presetConfig } from "../../../src/learning/config.ts";
import { Learner } from "../../../src/learning/learner.ts";
import type { MacawConfig } from "../../../src/learning/macaw.ts";
import type { PearlConfig } from "../../../src/learning/pearl.ts";
import { antSpec } from "../../../src/tasks/ant.ts";
import { pointSpec } from "../../../src/tasks/point.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";
import { codeOf, episode, messageOf, rollout, tinyConfig, tinySpec } from "./tiny.ts";

const spec = tinySpec();
const context = { count: 3, least: 1, episodes: "any" };
const small: Readonly<Record<AlgorithmName, Readonly<Record<string, unknown>>>> = {
  smac: { nets: { latent: 2, encoder: [5], decoder: [4], policy: [4], critic: [4] }, context },
  awac: { nets: { policy: [4], critic: [4] } },
  pearl: { nets: { latent: 2, encoder: [5], policy: [4], critic: [4] }, context },
  macaw: { nets: { policy: [4], critic: [4], transform: 2, advantage: [2] }, context: { ...context, episodes: 1 } },
  bc: { nets: { policy: [4] } },
};
const made = (name: AlgorithmName, over: Readonly<Record<string, unknown>> = {}, seed = 5) => {
  const base = { metaBatch: 2, batch: 4, ...small[name], ...over };
  const learner = new Learner(algorithm(name, spec, algorithmConfig(name, "default", spec, base)), seed);
  for (const task of [0, 1]) learner.addOffline(task, [episode(task, 0), episode(task, 1)]);
  return learner;
};

describe("every algorithm", () => {
  for (const name of ALGORITHMS) {
    it(`${name}: has a complete config in each preset for each kind of domain, and one that it judges itself`, () => {
      for (const domain of [pointSpec, sawyerSpec, antSpec])
        for (const preset of ["default", "paper"] as const) {
          const config = algorithmConfig(name, preset, domain);
          expect(algorithmConfig(name, preset, domain, config as unknown as Record<string, unknown>)).to.deep.equal(config);
          const { trained, deployed } = algorithm(name, domain, config);
          for (const [parameter, shape] of Object.entries(deployed)) expect(trained[parameter], parameter).to.deep.equal(shape);
        }
    });

    it(`${name}: puts out its losses and one gradient for each parameter, finite ones`, async () => {
      const { algorithm: of, config } = made(name);
      const size = { T: 2, N: 4, K: config.context?.count ?? 0 };
      const shapes = { ...of.trained, ...of.targets, ...of.batch(size) };
      const values = randomArrays(shapes, name, (r) => 0.3 * r.normal());
      if (values.mask) values.mask.fill(1);
      const found = await evaluate(of.update(size, false), shapes, values, "compiled");
      expect(found.losses).to.have.length(of.losses.length);
      expect(Object.keys(found).sort()).to.deep.equal(["losses", ...Object.keys(of.trained).map((p) => `g.${p}`)].sort());
      for (const [output, xs] of Object.entries(found)) expect(xs.every(Number.isFinite), output).to.equal(true);
    });

    it(`${name}: repeats its losses bit for bit from a seed, not from another, and moves what it deploys`, async () => {
      const run = async (seed: number) => {
        const learner = made(name, {}, seed);
        const start = learner.deployed.flat.slice();
        const losses: number[] = [];
        for (let u = 0; u < 5; u++) losses.push(...Object.values(await learner.update(1)));
        expect(learner.deployed.flat).to.not.deep.equal(start);
        await learner.dispose();
        return losses;
      };
      const first = await run(5);
      expect(first.every(Number.isFinite)).to.equal(true);
      expect(await run(5)).to.deep.equal(first);
      expect(await run(6)).to.not.deep.equal(first);
    });

    it(`${name}: refuses to learn from tasks without a transition`, async () => {
      const learner = made(name);
      learner.addOffline(2, []);
      expect(await codeOf(() => learner.update(1))).to.equal("tasks.invalid");
      const empty = new Learner(learner.algorithm, 1);
      expect(await codeOf(() => empty.update(1))).to.equal("tasks.invalid");
      await learner.dispose();
    });

    it(`${name}: refuses a key of another algorithm, and a number out of range, by name`, async () => {
      const over = (value: Readonly<Record<string, unknown>>) =>
        messageOf(() => algorithmConfig(name, "default", spec, value, "my.yaml"));
      const foreign = { smac: "sigma", awac: "context", pearl: "temperature", macaw: "practice", bc: "discount" }[name];
      expect(await over({ [foreign]: 0.5 })).to.match(new RegExp(`^my\\.yaml: ${foreign}`));
      expect(await over({ learningRate: NaN })).to.match(/^my\.yaml: learningRate/);
      expect(await over({ batch: 0 })).to.match(/^my\.yaml: batch/);
      if (name !== "bc" && name !== "awac") {
        expect(await over({ context: { count: 0, least: 0 } }), "a context shorter than one transition").to.match(
          /context\.(count|least)/,
        );
        expect(await over({ context: { least: 1000 } })).to.match(/least must not be above count/);
      }
    });
  }

  it("is known by name, and nothing else is", async () => {
    expect(ALGORITHMS).to.deep.equal(["smac", "awac", "pearl", "macaw", "bc"]);
    expect(ALGORITHMS.map(secondPhase)).to.deep.equal(["practice", "fine-tune", "rewarded", null, null]);
    expect(await messageOf(() => algorithm("sarsa" as AlgorithmName, spec, tinyConfig()))).to.match(
      /"sarsa" is unknown; .*smac, awac/,
    );
  });
});

describe("labels of practice", () => {
  for (const name of ["awac", "pearl", "macaw", "bc"] as const)
    it(`are refused to ${name}, which has no decoder`, async () => {
      const learner = made(name);
      expect(await messageOf(() => learner.addPractice(rollout(0, 9), true))).to.match(
        new RegExp(`${name} has no reward decoder`),
      );
      await learner.dispose();
    });
});

describe("PEARL's online phase", () => {
  it("learns from rewarded episodes of its own, at its online batch, without labels", async () => {
    const learner = made("pearl", { practice: { batch: 6 } });
    await learner.update(2);
    await learner.beginPractice();
    learner.memory[0]!.append(episode(0, 7), { online: true, exploration: true });
    const metrics = await learner.update(2);
    expect(Object.values(metrics).every(Number.isFinite)).to.equal(true);
    expect([learner.phase, learner.practiceUpdates]).to.deep.equal(["practice", 2]);
    await learner.dispose();
  });
});

describe("the ablation of SMAC's actor", () => {
  const policyGradient = async (actor: "awac" | "sac", action: number) => {
    const config = tinyConfig({ actor });
    const of = algorithm("smac", spec, config);
    const size = { T: 2, N: 4, K: 3 };
    const shapes = { ...of.trained, ...of.targets, ...of.batch(size) };
    const values = randomArrays(shapes, "the ablation");
    values.action = values.action!.map((_, i) => (i % 2 ? action : 0.2));
    const found = await evaluate(of.update(size, false), shapes, values, "compiled");
    return [...found["g.pi.w1"]!];
  };

  it("with a SAC-style actor climbs Q offline and does not see which actions were stored", async () => {
    const [some, others] = [await policyGradient("sac", 0.1), await policyGradient("sac", -0.6)];
    expect(some).to.deep.equal(others);
    expect(some.some((g) => g !== 0)).to.equal(true);
  });

  it("with AWAC's imitates the stored actions", async () => {
    expect(await policyGradient("awac", 0.1)).to.not.deep.equal(await policyGradient("awac", -0.6));
  });

  it("is a key of the config, off in every preset", () => {
    for (const preset of ["default", "paper"] as const)
      for (const domain of [pointSpec, sawyerSpec]) expect(presetConfig(preset, domain).actor).to.equal("awac");
  });

  it("may leave the values that rewards allow, which is its result, where AWAC's actor may not", () => {
    expect(algorithm("smac", spec, tinyConfig({ actor: "sac" })).bounded).to.equal(false);
    expect(algorithm("smac", spec, tinyConfig()).bounded).to.equal(true);
  });
});

describe("the presets `paper` of the others", () => {
  it("are the released settings", () => {
    const awac = algorithmConfig("awac", "paper", pointSpec) as AwacConfig;
    expect([
      awac.nets.policy,
      awac.nets.critic,
      awac.metaBatch * awac.batch,
      awac.learningRate,
      awac.polyak,
      awac.temperature,
    ]).to.deep.equal([[256, 256, 256, 256], [256, 256], 1024, 3e-4, 0.005, 2]);
    const pearl = algorithmConfig("pearl", "paper", pointSpec) as PearlConfig;
    expect([
      pearl.nets.latent,
      pearl.nets.policy,
      pearl.nets.encoder,
      pearl.rewardScale,
      pearl.klWeight,
      pearl.regularisation,
    ]).to.deep.equal([5, [300, 300, 300], [200, 200, 200], 5, 0.1, 1e-3]);
    const macaw = algorithmConfig("macaw", "paper", pointSpec) as MacawConfig;
    expect([
      macaw.nets.policy,
      macaw.nets.transform,
      macaw.nets.advantage,
      macaw.sigma,
      macaw.innerRate,
      macaw.advantageWeight,
    ]).to.deep.equal([[100, 100, 100], 100, [32], 0.2, 1e-3, 0.01]);
    expect([
      macaw.learningRate,
      macaw.valueRate,
      macaw.rateRate,
      macaw.metaBatch,
      macaw.batch,
      macaw.context.count,
      macaw.temperature,
    ]).to.deep.equal([1e-4, 1e-5, 1e-3, 5, 256, 256, 1]);
  });
});
