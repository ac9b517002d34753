import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "../../../src/engine/safetensors.ts";
import { readDataset, writeDataset } from "../../../src/learning/dataset.ts";
import { TaskMemory } from "../../../src/learning/memory.ts";
import { episode, tinySpec } from "./tiny.ts";

const spec = tinySpec();
const about = {
  tasks: { split: "train" as const, seed: 11, count: 2 },
  episodesPerTask: 2,
  behaviour: "scripted",
  success: null,
  provenance: { command: "onarm dataset --domain tiny", commit: "0123abc", seed: 7 },
};
/** One of each end: time-out, real end, and both at other lengths. */
const episodes = [
  episode(0, 0),
  episode(0, 1, { steps: 3, terminated: true }),
  episode(1, 0, { steps: 1, terminated: true }),
  episode(1, 1, { steps: 4 }),
];

describe("a dataset", () => {
  let folder: string;
  let whole: string;
  let at: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "onarm-dataset-"));
    whole = path.join(folder, "whole");
    await writeDataset(whole, spec, episodes, about);
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    at = path.join(folder, "copy");
    await rm(at, { recursive: true, force: true });
    await cp(whole, at, { recursive: true });
  });

  const columns = () => path.join(at, "transitions.safetensors");
  const refusal = async (read: () => unknown = () => readDataset(at, spec)) => {
    let error: unknown;
    await Promise.resolve()
      .then(read)
      .catch((e: unknown) => (error = e));
    expect(isOnarmError(error), `an error of ours, not ${String(error)}`).to.equal(true);
    return error as { code: string; message: string };
  };
  /** Other columns under a manifest that promises exactly them. */
  const rewrite = async (change: (tensors: TensorFile["tensors"]) => void) => {
    const decoded = decodeSafetensors(await readFile(columns()), "here");
    change(decoded.tensors);
    const bytes = encodeSafetensors(decoded);
    await writeFile(columns(), bytes);
    const manifest = JSON.parse(await readFile(path.join(at, "manifest.json"), "utf8")) as Record<string, unknown>;
    const files = {
      "transitions.safetensors": { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length },
    };
    await writeFile(path.join(at, "manifest.json"), JSON.stringify({ ...manifest, files }));
  };

  it("brings back every episode bit for bit, in order, with what was written about it", async () => {
    const { episodes: read, manifest } = await readDataset(whole, spec);
    expect(read).to.deep.equal(episodes);
    expect(manifest).to.include({ domain: "tiny", transitions: 13, behaviour: "scripted", success: null });
    expect(manifest.provenance).to.deep.equal(about.provenance);
    expect([manifest.observation, manifest.action]).to.deep.equal([["x", "y", "gap"], ["dx", "dy"]]); // prettier-ignore
  });

  it("has the same sha-256 for the same episodes, another for another", async () => {
    const again = await writeDataset(at, spec, episodes, about);
    expect(again.sha256).to.equal((await readDataset(whole)).sha256);
    const other = await writeDataset(at, spec, [...episodes].reverse(), about);
    expect(other.sha256).to.not.equal(again.sha256);
    expect((await readDataset(at)).sha256).to.equal(other.sha256);
    expect((await readdir(folder)).filter((name) => name.includes("writing"))).to.deep.equal([]);
  });

  it("keeps an end and a time-out apart: in the file, after reading, and in a learner's memory", async () => {
    const { tensors } = decodeSafetensors(await readFile(columns()), "here");
    const lasts = (name: string) => [...tensors[name]!.data].flatMap((flag, row) => (flag === 1 ? [row] : []));
    expect(lasts("terminated")).to.deep.equal([7, 8]);
    expect(lasts("truncated")).to.deep.equal([4, 12]);
    const read = (await readDataset(at, spec)).episodes;
    expect(read.map((e) => e.terminated)).to.deep.equal([false, true, true, false]);
    const memory = new TaskMemory(3, 2);
    for (const one of read) memory.append(one, { online: false, exploration: false });
    expect([...memory.terminated.subarray(0, 13)]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
  });

  describe("is refused, saying what, where and the remedy, when", () => {
    it("there is none", async () => {
      const { code, message } = await refusal(() => readDataset(path.join(folder, "nowhere")));
      expect(code).to.equal("file.missing");
      expect(message).to.include("nowhere").and.include("onarm dataset");
    });

    it("its columns are missing", async () => {
      await rm(columns());
      expect((await refusal()).code).to.equal("file.missing");
    });

    it("its columns are cut or one bit of them is turned", async () => {
      const bytes = await readFile(columns());
      for (const where of [0, 8, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const turned = Buffer.from(bytes);
        turned[where]! ^= 1;
        for (const damaged of [bytes.subarray(0, where), turned]) {
          await writeFile(columns(), damaged);
          const { code, message } = await refusal();
          expect([code, message.includes("make it again with: onarm dataset --domain tiny")]).to.deep.equal([
            "file.damaged",
            true,
          ]);
        }
      }
    });

    it("its manifest is cut, of another version, or has a key of no meaning", async () => {
      const file = path.join(at, "manifest.json");
      const text = await readFile(file, "utf8");
      for (const broken of [
        text.slice(0, 90),
        "",
        "null",
        text.replace(`"schema": 1`, `"schema": 2`),
        text.replace("{", `{"colour": "red",`),
      ]) {
        await writeFile(file, broken);
        const { code, message } = await refusal();
        expect([code, message.includes(file)], broken.slice(0, 20)).to.deep.equal(["file.damaged", true]);
      }
    });

    it("it was made for another domain, or for other observations or actions", async () => {
      const field = { name: "w", unit: "m", offset: 0, scale: 1 };
      for (const [named, other] of [
        ["domain tiny, not other", tinySpec({ name: "other" })],
        ["observation is (x, y, gap)", tinySpec({ observation: [field] })],
        ["action is (dx, dy)", tinySpec({ action: [field, field] })],
      ] as const) {
        const { code, message } = await refusal(() => readDataset(at, other));
        expect(code).to.equal("dataset.mismatch");
        expect(message).to.include(named);
      }
    });

    it("a column is missing, of another kind or another size, though the hash is right", async () => {
      for (const change of [
        (t: TensorFile["tensors"]) => delete t["reward"],
        (t: TensorFile["tensors"]) => (t["action"] = { shape: [3], data: new Float32Array(3) }),
        (t: TensorFile["tensors"]) => (t["terminated"] = { shape: [13], data: new Float32Array(13) }),
      ]) {
        await rewrite(change);
        expect((await refusal()).code).to.equal("file.damaged");
        await cp(whole, at, { recursive: true });
      }
    });

    it("an observation, action or reward is no number, though the hash is right: it says which", async () => {
      for (const [column, number, value] of [
        ["reward", 7, NaN],
        ["action", 2, Infinity],
        ["observation", 0, -Infinity],
      ] as const) {
        await rewrite((tensors) => (tensors[column]!.data[number] = value));
        const { code, message } = await refusal();
        expect(code).to.equal("file.damaged");
        expect(message).to.include(
          `column ${column} holds a number that is not finite (${value}, number ${number}); make it again with: onarm`,
        );
        await cp(whole, at, { recursive: true });
      }
    });

    it("an episode names a task that is not one of the dataset's", async () => {
      await rewrite((tensors) => (tensors["task"]!.data[0] = 2));
      const { code, message } = await refusal();
      expect(code).to.equal("file.damaged");
      expect(message).to.include("task 2");
    });

    it("lengths of episodes and rows do not fit", async () => {
      for (const length of [0, -1, 4, 6, 1000]) {
        await rewrite((tensors) => (tensors["length"]!.data[0] = length));
        expect((await refusal()).code, `first episode of ${length}`).to.equal("file.damaged");
        await cp(whole, at, { recursive: true });
      }
    });
  });

  it("of nothing is not written, and neither is an episode without a step", async () => {
    const before = (await readDataset(at)).sha256;
    for (const empty of [[], [episode(0, 0), episode(0, 1, { steps: 0, terminated: true })]])
      expect((await refusal(() => writeDataset(at, spec, empty, about))).code).to.equal("dataset.mismatch");
    expect((await readDataset(at)).sha256, "and the one that stands there stays").to.equal(before);
  });
});
