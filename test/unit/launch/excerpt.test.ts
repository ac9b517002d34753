import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { Episode } from "../../../src/domain/experience.ts";
import { readDataset, writeDataset } from "../../../src/learning/dataset.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";
import type { VerbContext } from "../../../launch/cli.ts";
import { excerpt } from "../../../launch/excerpt.ts";
import { codeOf } from "../learning/tiny.ts";

const [O, A] = [sawyerSpec.observation.length, sawyerSpec.action.length];
const episode = (task: number, last: number): Episode => ({
  ...{ task, steps: 2, observation: new Float32Array(3 * O).fill(task), action: new Float32Array(2 * A) },
  ...{ reward: Float32Array.of(-1, last), rewardSource: "environment", terminated: false, human: false },
});
const episodes = [episode(0, 0), episode(1, -1), episode(2, 0), episode(3, 0)];
const worth = (episode: number, task: number) => ({ episode, task, reward: Float32Array.of(-1, -task) });
const about = {
  tasks: { split: "train" as const, seed: 11, count: 4 },
  episodesPerTask: 1,
  behaviour: "scripted",
  success: 0.75,
  provenance: { command: "onarm dataset --domain sawyer", commit: "0123abc", seed: 7 },
};

describe("an excerpt of a dataset", () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const context = (out: string) => ({ out: at(out) }) as VerbContext;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "onarm-excerpt-"));
    await writeDataset(at("whole"), sawyerSpec, episodes, about, [worth(0, 1), worth(1, 0), worth(2, 1), worth(1, 3)]);
  });
  after(() => rm(folder, { recursive: true }));

  it("holds the first tasks' episodes, what they are worth for each other, and whose they are", async () => {
    const said = await excerpt({ from: at("whole"), tasks: 2 }, context("two"));
    expect(said).to.include({ tasks: 2, episodes: 2, transitions: 4, success: 0.5 });
    const [whole, part] = [await readDataset(at("whole")), await readDataset(at("two"), sawyerSpec)];
    expect(part.episodes).to.deep.equal(whole.episodes.slice(0, 2));
    expect(part.shared).to.deep.equal(whole.shared.slice(0, 2));
    expect(part.manifest.tasks).to.deep.equal({ split: "train", seed: 11, count: 2 });
    expect(part.manifest.excerptOf).to.equal(whole.sha256);
  });

  it("of an excerpt is one of the same whole", async () => {
    await excerpt({ from: at("whole"), tasks: 3 }, context("three"));
    await excerpt({ from: at("three"), tasks: 1 }, context("one"));
    expect((await readDataset(at("one"))).manifest.excerptOf).to.equal((await readDataset(at("whole"))).sha256);
  });

  it("is refused where it would reach into a lab's own tasks, which its seed could not name", async () => {
    const own = [
      { scene: {}, aim: "reach" as const, rewards: "environment" as const },
      { scene: {}, aim: "reach" as const, rewards: "person" as const },
    ];
    await writeDataset(at("own"), sawyerSpec, episodes, { ...about, tasks: { ...about.tasks, own } });
    expect(await codeOf(() => excerpt({ from: at("own"), tasks: 3 }, context("cut")))).to.equal("usage.invalid");
    await excerpt({ from: at("own"), tasks: 2 }, context("drawn"));
    expect((await readDataset(at("drawn"))).manifest.tasks).to.not.have.property("own");
  });

  it("is refused as the whole or more, and nothing is written", async () => {
    for (const tasks of [4, 9])
      expect(await codeOf(() => excerpt({ from: at("whole"), tasks }, context("none")))).to.equal("usage.invalid");
    expect(await codeOf(() => readDataset(at("none")))).to.equal("file.missing");
  });
});
