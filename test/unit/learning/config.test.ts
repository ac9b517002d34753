import { expect } from "chai";
import { paper, presetConfig, PRESETS, requireFit } from "../../../src/learning/config.ts";
import { parseConfig } from "../../../src/learning/smacSchema.ts";
import { smacShapes } from "../../../src/learning/parameters.ts";
import { pointSpec } from "../../../src/tasks/point.ts";
import { codeOf, messageOf, tinySpec } from "./tiny.ts";

const sparse = tinySpec({ reward: { kind: "sparse", low: -1 } });

describe("the preset paper", () => {
  // The released code's Ant and Cheetah settings, value by value.
  const table: readonly (readonly [what: string, found: unknown, wanted: unknown])[] = [
    ["latent width", paper.nets.latent, 5],
    ["encoder", paper.nets.encoder, [200, 200, 200]],
    ["reward decoder", paper.nets.decoder, [64, 64]],
    ["policy", paper.nets.policy, [300, 300, 300]],
    ["critics", paper.nets.critic, [300, 300, 300]],
    ["decoder's head", paper.head, "deterministic"],
    ["initial weights", paper.init, "released"],
    ["offline meta-batch, tasks", paper.metaBatch, 4],
    ["offline RL batch", paper.batch, 128],
    ["context: 64 i.i.d. transitions", paper.context, { count: 64, least: 64, episodes: "any" }],
    ["learning rate", paper.learningRate, 3e-4],
    ["tau", paper.polyak, 0.005],
    ["gamma", paper.discount, 0.99],
    ["reward scale c", paper.rewardScale, 5],
    ["KL weight", paper.klWeight, 0.1],
    ["beta", paper.temperature, 100],
    ["softmax over", paper.weighting, "batch"],
    ["online RL batch", paper.practice.batch, 256],
    ["-Q term's weight", paper.practice.lambdaPearl, 1],
    ["ramp of it", paper.practice.rampUpdates, 0],
    ["encoder online", paper.practice.encoder, "frozen"],
    ["z held for, steps", paper.practice.latentPeriod, 1],
    ["actions", paper.practice.sampleActions, true],
    ["tasks an iteration", paper.practice.tasksPerRound, 5],
    // Two of the prior stage, and the first of the posterior stage's three, which has no context yet.
    ["episodes from the prior", paper.practice.priorEpisodes, 3],
    ["episodes from the posterior", paper.practice.posteriorEpisodes, 2],
    ["offline transitions that name a label's z", paper.practice.labelContext, 256],
    ["offline to online", paper.practice.onlineShare, "union"],
    ["context buffer", paper.practice.contextFrom, "union"],
    ["updates an environment step: 16,000 in 5,000", paper.practice.updatesPerStep, 16000 / 5000],
  ];
  for (const [what, found, wanted] of table)
    it(`has the released ${what}`, () => {
      expect(found).to.deep.equal(wanted);
    });

  it("is the same for every domain", () => {
    expect(presetConfig("paper", pointSpec)).to.equal(paper);
    expect(presetConfig("paper", sparse)).to.equal(paper);
  });
});

describe("the preset default", () => {
  it("answers the pitfalls: random context length, no decay of the offline share, a ramp, weights within tasks, a stochastic decoder", () => {
    for (const spec of [pointSpec, sparse]) {
      const config = presetConfig("default", spec);
      expect(config.context.least, "P1").to.be.below(config.context.count);
      expect(config.practice.onlineShare, "P9").to.be.a("number");
      expect(config.practice.rampUpdates, "P8").to.be.above(0);
      expect(config.weighting, "P7").to.equal("task");
      expect(config.head).to.equal(spec === sparse ? "bernoulli" : "gaussian");
      expect(config.practice.latentPeriod, "P6").to.not.equal(1);
    }
  });

  for (const preset of PRESETS)
    it(`(and ${preset}) passes the judgement that a file must pass, unchanged`, () => {
      for (const spec of [pointSpec, sparse]) {
        const config = presetConfig(preset, spec);
        expect(parseConfig(config, {}, "here")).to.deep.equal(config);
        expect(parseConfig(paper, JSON.parse(JSON.stringify(config)) as Record<string, unknown>, "here")).to.deep.equal(config);
        requireFit(config, spec);
        expect(Object.keys(smacShapes(spec, config)).length).to.be.above(0);
      }
    });
});

describe("a config", () => {
  const refusal = async (value: Record<string, unknown>) => {
    expect(await codeOf(() => parseConfig(paper, value, "mine.yaml"))).to.equal("config.invalid");
    return messageOf(() => parseConfig(paper, value, "mine.yaml"));
  };

  it("is laid over a whole one key by key, also inside", () => {
    const config = parseConfig(paper, { discount: 0.5, practice: { batch: 8 }, nets: { policy: [7] } }, "mine.yaml");
    expect(config).to.deep.equal({
      ...paper,
      discount: 0.5,
      practice: { ...paper.practice, batch: 8 },
      nets: { ...paper.nets, policy: [7] },
    });
    expect(paper.discount, "which stays as it was").to.equal(0.99);
  });

  for (const [key, value] of [
    ["temprature", { temprature: 1 }],
    ["practice.lamda", { practice: { lamda: 1 } }],
    ["nets.actor", { nets: { actor: [8] } }],
    ["discount", { discount: NaN }],
    ["discount", { discount: 1 }],
    ["discount", { discount: "0.9" }],
    ["learningRate", { learningRate: 0 }],
    ["learningRate", { learningRate: Infinity }],
    ["temperature", { temperature: -1 }],
    ["klWeight", { klWeight: NaN }],
    ["polyak", { polyak: 1.1 }],
    ["metaBatch", { metaBatch: 2.5 }],
    ["context", { context: { count: 4, least: 5 } }],
    ["context.count", { context: { count: 0, least: 0 } }],
    ["head", { head: "poisson" }],
    ["nets.encoder.1", { nets: { encoder: [8, -8] } }],
    ["nets", { nets: 7 }],
    ["practice.onlineShare", { practice: { onlineShare: 1.2 } }],
    ["practice.latentPeriod", { practice: { latentPeriod: 0 } }],
    ["practice.lambdaPearl", { practice: { lambdaPearl: null } }],
  ] as const)
    it(`with ${JSON.stringify(value, (_, x: unknown) => (typeof x === "number" && !Number.isFinite(x) ? String(x) : x))} is refused by file and key, with the remedy`, async () => {
      expect(await refusal(value)).to.match(
        new RegExp(`^mine\\.yaml: ${key.replaceAll(".", "\\.")}: .*; correct that key or leave it out$`),
      );
    });

  it("with a two-valued decoder for a reward of many values is refused, naming the domain", async () => {
    const config = { ...paper, head: "bernoulli" as const };
    expect(await codeOf(() => requireFit(config, pointSpec))).to.equal("config.invalid");
    expect(await messageOf(() => requireFit(config, pointSpec)))
      .to.include("point")
      .and.include("gaussian");
    requireFit(config, sparse);
    requireFit({ ...paper, head: "gaussian" }, sparse);
  });
});
