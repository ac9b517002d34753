import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { readBundle, writeBundle } from "../../../src/policy/bundle.ts";
import { deployedShapes } from "../../../src/policy/nets.ts";
import { codeOf, messageOf, tinyNets, tinySpec } from "../learning/tiny.ts";

const spec = tinySpec({ reward: { kind: "sparse", low: -1 } });
const nets = { ...tinyNets, encoder: [5, 4], decoder: [4], policy: [4], critic: [4, 3] };
const about = (metaTest: object): Parameters<typeof writeBundle>[1] => ({
  spec: { ...spec, observation: [...spec.observation], action: [...spec.action] },
  ...{ nets, head: "bernoulli", algorithm: "smac", preset: "default", config: {} },
  metaTest: { explorations: 2, latentPeriod: "episode", scoredLatent: "mean", contextRows: 64, ...metaTest },
  provenance: {
    ...{ command: "onarm meta-train", commit: "0123abc", seed: 7, parent: null, updates: 10, practiceSteps: 0 },
    ...{ dataset: { sha256: "ab".repeat(32), taskSeed: 1, tasks: 3 }, practice: "none", metrics: {} },
  },
});
const filled = (shape: readonly number[]) => ({ shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)) });
const weights = Object.fromEntries(
  Object.entries(deployedShapes(spec, nets, "bernoulli")).map(([name, shape]) => [name, filled(shape)]),
);
const remembered = (rows: number) => ({
  "recall.mean": filled([rows, 2]),
  "recall.variance": filled([rows, 2]),
  "recall.start": filled([3, 3]),
});

describe("a bundle that explores by what it remembers", () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "onarm-recall-"));
    await writeBundle(at("plain"), about({}), weights);
  });
  after(() => rm(folder, { recursive: true }));

  it("brings it back", async () => {
    const made = await writeBundle(at("whole"), about({ recall: { near: 2 } }), { ...weights, ...remembered(3) });
    expect(made.manifest.metaTest.recall).to.deep.equal({ near: 2 });
    expect(made.tensors["recall.start"]!.length).to.equal(9);
  });

  it("is refused where there is nothing to remember, or not of each task all of it, and the one that stood there stays", async () => {
    for (const more of [{}, remembered(2)]) {
      const write = () => writeBundle(at("plain"), about({ recall: { near: 2 } }), { ...weights, ...more });
      expect(await codeOf(write)).to.equal("bundle.mismatch");
      expect(await messageOf(write)).to.match(/recall\./);
    }
    expect((await readBundle(at("plain"))).manifest.metaTest).to.not.have.property("recall");
  });

  it("is refused when it is to remember no task at a time", async () => {
    const write = () => writeBundle(at("plain"), about({ recall: { near: 0 } }), { ...weights, ...remembered(3) });
    expect(await codeOf(write)).to.equal("file.damaged");
  });
});
