import { expect } from "chai";
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendGateEntry, readGateLog, type GateEntry } from "../../../launch/gateLog.ts";
import { OnarmError } from "../../../src/domain/errors.ts";

const entry = (candidate: string): GateEntry => ({
  time: "2026-01-02T03:04:05.000Z",
  verdict: "refuse",
  incumbent: "aaaa",
  candidate,
  reasons: ["not shown to be better: größer ist nicht besser"],
  difference: 0.01,
  low: -0.1,
  high: 0.12,
  tasks: 30,
});

describe("The gate's log", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "onarm-gate-"));
    path = join(folder, "runs", "gate.jsonl");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is empty before the first verdict and keeps every verdict in order", async () => {
    expect(await readGateLog(path)).to.deep.equal({ entries: [], damaged: 0 });
    for (const name of ["one", "two", "three"]) await appendGateEntry(path, entry(name));
    expect(await readGateLog(path)).to.deep.equal({ entries: ["one", "two", "three"].map(entry), damaged: 0 });
  });

  it("cut at any byte keeps the lines before the cut, and the next verdict is whole", async () => {
    await appendGateEntry(path, entry("one"));
    const line = (await readFile(path)).length;
    await appendGateEntry(path, entry("two"));
    const whole = await readFile(path);
    for (let cut = line; cut <= whole.length; cut += 1 + (cut % 7)) {
      await writeFile(path, whole);
      await truncate(path, cut);
      const complete = cut >= whole.length - 1;
      const { entries, damaged } = await readGateLog(path);
      expect(entries.map((e) => e.candidate)).to.deep.equal(complete ? ["one", "two"] : ["one"]);
      expect(damaged).to.equal(complete || cut === line ? 0 : 1);
      await appendGateEntry(path, entry("three"));
      expect((await readGateLog(path)).entries.at(-1)).to.deep.equal(entry("three"));
    }
  });

  it("counts lines that are JSON but no verdict", async () => {
    await appendGateEntry(path, entry("one"));
    await appendFile(path, 'null\n{"verdict":"maybe"}\n[]\n17\n');
    const { entries, damaged } = await readGateLog(path);
    expect([entries.length, damaged]).to.deep.equal([1, 4]);
  });

  it("that cannot be used is refused with the path", async () => {
    for (const use of [() => readGateLog(folder), () => appendGateEntry(folder, entry("one"))]) {
      const error = await use().then(
        () => undefined,
        (reason: unknown) => reason as OnarmError,
      );
      expect(error).to.be.instanceOf(OnarmError);
      expect([error!.code, error!.message.includes(folder)]).to.deep.equal(["storage.failed", true]);
    }
  });
});
