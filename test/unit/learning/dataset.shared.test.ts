import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../src/engine/safetensors.ts";
import { readDataset, writeDataset } from "../../../src/learning/dataset.ts";
import { sharedEpisodes } from "../../../src/learning/sharedLabels.ts";
import { episode, tinySpec } from "./tiny.ts";

const spec = tinySpec();
const about = {
  tasks: { split: "train" as const, seed: 11, count: 3 },
  episodesPerTask: 1,
  behaviour: "scripted",
  success: null,
  provenance: { command: "onarm dataset --domain tiny", commit: "0123abc", seed: 7 },
};
const episodes = [episode(0, 0), episode(1, 1, { steps: 3, terminated: true }), episode(2, 2, { steps: 1 })];
const worth = (episode: number, task: number, ...reward: number[]) => ({ episode, task, reward: Float32Array.from(reward) });
const shared = [worth(1, 0, 5, 6, 7), worth(2, 1, 8), worth(1, 2, -1, -2, -3)];

describe("a dataset whose episodes are labelled for other tasks too", () => {
  let at: string;
  beforeEach(async () => {
    at = await mkdtemp(path.join(tmpdir(), "onarm-shared-"));
    await writeDataset(at, spec, episodes, about, shared);
  });
  afterEach(() => rm(at, { recursive: true }));

  it("brings back those labels bit for bit, and its own episodes untouched", async () => {
    const read = await readDataset(at, spec);
    expect(read.episodes).to.deep.equal(episodes);
    expect(read.shared).to.deep.equal(shared);
    expect(read.manifest.shared).to.equal(3);
  });

  it("shows an episode once more as the other task's, with that task's rewards and everything else the same", async () => {
    const read = await readDataset(at, spec);
    const again = sharedEpisodes(read);
    expect(again.map(({ episode }) => episode.task)).to.deep.equal([0, 1, 2]);
    expect([...again[0]!.episode.reward]).to.deep.equal([5, 6, 7]);
    expect(again[0]!.made, "beside what it was made with").to.equal(read.episodes[1]!.reward);
    const { task, reward, ...rest } = again[0]!.episode;
    expect({ ...rest, task: 1, reward: read.episodes[1]!.reward }).to.deep.equal(read.episodes[1]);
    expect([task, reward.length]).to.deep.equal([0, 3]);
    expect(again[0]!.episode.observation, "without a copy of what was seen").to.equal(read.episodes[1]!.observation);
  });

  it("has no such columns, nor a word of them, where nothing is shared", async () => {
    const plain = await writeDataset(at, spec, episodes, about);
    expect("shared" in plain.manifest).to.equal(false);
    const { tensors } = decodeSafetensors(await readFile(path.join(at, "transitions.safetensors")), "here");
    expect(Object.keys(tensors).filter((name) => name.startsWith("shared"))).to.deep.equal([]);
    expect((await readDataset(at, spec)).shared).to.deep.equal([]);
  });

  const damages: [string, string, (data: Float32Array | Int32Array) => void, string][] = [
    ["an episode that is not there", "shared_episode", (data) => (data[1] = 3), "shared_episode"],
    ["an episode before the first", "shared_episode", (data) => (data[1] = -1), "shared_episode"],
    ["a task that is not there", "shared_task", (data) => (data[0] = 3), "shared_task"],
    ["a reward that is not a number", "shared_reward", (data) => (data[2] = NaN), "shared_reward"],
    ["rewards of another length than their episodes", "shared_episode", (data) => (data[0] = 0), "shared_reward"],
  ];
  for (const [what, column, damage, named] of damages)
    it(`is refused when they name ${what}`, async () => {
      const file = path.join(at, "transitions.safetensors");
      const decoded = decodeSafetensors(await readFile(file), "here");
      damage(decoded.tensors[column]!.data as Float32Array);
      const bytes = encodeSafetensors(decoded);
      await writeFile(file, bytes);
      const manifest = JSON.parse(await readFile(path.join(at, "manifest.json"), "utf8")) as Record<string, unknown>;
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const files = { "transitions.safetensors": { sha256, bytes: bytes.length } };
      await writeFile(path.join(at, "manifest.json"), JSON.stringify({ ...manifest, files }));
      const error: unknown = await readDataset(at, spec).catch((e: unknown) => e);
      expect(isOnarmError(error) && error.code).to.equal("file.damaged");
      expect(String(error)).to.include(named);
    });
});
