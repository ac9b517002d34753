import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { expect } from "chai";
import { isOnarmError } from "../../../src/domain/errors.ts";
import type { StudyConfig } from "../../../launch/study/plan.ts";
import { openStore } from "../../../launch/study/store.ts";
import { studyConfig } from "../../support/studyConfig.ts";

const config = studyConfig({ algos: ["smac"], controls: [] });

describe("a study's directory", () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "onarm-study-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const at = (...names: string[]) => path.join(folder, "study", ...names);

  const refused = async (of: Partial<StudyConfig> = {}): Promise<string> => {
    try {
      await openStore(at(), { ...config, ...of });
    } catch (error) {
      if (!isOnarmError(error)) throw error;
      return `${error.code}: ${error.message}`;
    }
    throw new Error("nothing was refused");
  };

  it("keeps each finished cell for the same command, and nothing of a cell whose writer was killed", async () => {
    const store = await openStore(at(), config);
    await store.write("1-dataset", { sha256: "a", compute: 1 });
    await store.close();
    await writeFile(at("cells", "2-dataset.json.writing"), '{"sha256":');
    const again = await openStore(at(), { ...config });
    expect(await again.read("1-dataset")).to.deep.equal({ sha256: "a", compute: 1 });
    expect(await again.read("2-dataset")).to.equal(undefined);
  });

  it("of another config is refused, and the setting that differs is named with both values", async () => {
    await (await openStore(at(), config)).close();
    expect(await refused({ updates: 20 })).to.match(/^usage\.invalid: --out .*: its updates is 10, not 20; .*new --out$/);
    expect(await refused({ seeds: [1, 2, 3] })).to.contain("its seeds is [1,2], not [1,2,3]");
    expect(await refused({ over: { smac: { klWeight: 0 } } })).to.contain("its over is {}");
  });

  it("in which another process is at work is refused, and that process is named", async () => {
    await openStore(at(), config);
    // Ours is no other; the one that started us is alive for as long as we are.
    await writeFile(at("running"), `${process.ppid}\n`);
    expect(await refused()).to.contain(`process ${process.ppid} is at work there`);
  });

  it("whose process was killed is taken over", async () => {
    await openStore(at(), config);
    // Above the largest number that Linux gives a process.
    await writeFile(at("running"), "4194305\n");
    await openStore(at(), config);
    expect(await readFile(at("running"), "utf8")).to.equal(`${process.pid}\n`);
  });

  it("that holds something else is refused and left as it was", async () => {
    await mkdir(at(), { recursive: true });
    await writeFile(at("thesis.tex"), "");
    expect(await refused()).to.match(/^usage\.invalid: --out .*: holds thesis\.tex and no study\.json/);
    expect(await readdir(at())).to.deep.equal(["thesis.tex"]);
  });

  it("with a damaged cell names the file and the remedy", async () => {
    const store = await openStore(at(), config);
    await writeFile(at("cells", "1-dataset.json"), '{"sha256"');
    const error = await store.read("1-dataset").catch((e: unknown) => e);
    expect(isOnarmError(error) && error.message).to.match(/1-dataset\.json: not JSON; delete it, and the study makes it again$/);
  });
});
