import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { OnarmError } from "../../../src/domain/errors.ts";
import { onarm } from "../../support/commandLine.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "onarm-cli-log-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

describe("the log of a command line", () => {
  const recordsOf = (log: string) =>
    readFileSync(log, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { level: string; code: string; text: string; fields?: Record<string, unknown> });
  let logs = 0;
  const fresh = () => path.join(scratch, `log-${++logs}.jsonl`);

  it("holds how it was begun, what it told, and how it ended, also when the terminal was told nothing", async () => {
    const log = fresh();
    const { code, err, out } = await onarm(`evaluate --quiet --log ${log} --seed 3`, async (_, context) => {
      context.log("half way");
      context.progress("steps", 10).finish();
      context.record({ level: "warn", code: "state.late", text: "late once", fields: { ms: 12 } });
      return { success: 0.5 };
    });
    expect([code, err.length, out.length]).to.deep.equal([0, 0, 1]);
    const [start, ...rest] = recordsOf(log);
    expect(start).to.include({ level: "info", code: "start", text: `onarm evaluate --quiet --log ${log} --seed 3` });
    expect(start!.fields).to.deep.equal({ version: "1.2.3", pid: process.pid });
    expect(rest.map(({ level, code, text }) => [level, code, text])).to.deep.equal([
      ["info", "evaluate", "half way"],
      ["warn", "state.late", "late once"],
      ["info", "end", "done"],
    ]);
    expect(rest.at(-1)!.fields).to.deep.equal({ success: 0.5 });
  });

  it("holds the error it ended with, and only what is grave enough", async () => {
    const log = fresh();
    const work = async () => {
      throw new OnarmError("learning.diverged", "the critic diverged; lower the rate");
    };
    expect((await onarm(`evaluate --log ${log} --log-level error`, work)).code).to.equal(1);
    expect(recordsOf(log)).to.have.length(1);
    expect(recordsOf(log)[0]).to.deep.include({
      level: "error",
      code: "learning.diverged",
      text: "the critic diverged; lower the rate",
      fields: { exit: 1 },
    });
  });

  it("holds progress where everything is asked for", async () => {
    const log = fresh();
    await onarm(`evaluate --log ${log} --log-level debug`, async (_, context) => {
      context.progress("steps", 10).finish();
      return {};
    });
    expect(recordsOf(log).map(({ code, text }) => `${code}: ${text}`)).to.include("progress: steps begins");
  });

  it("holds no secret of the command line or the environment", async () => {
    const log = fresh();
    process.env["ONARM_TOKEN"] = "token-of-the-environment";
    try {
      await onarm(`evaluate --log ${log} hunter22`, async (_, context) => {
        context.log("let in by token-of-the-environment, at http://127.0.0.1:8642/?token=hunter22");
        return { link: "ws://127.0.0.1/?token=hunter22" };
      });
    } finally {
      delete process.env["ONARM_TOKEN"];
    }
    const text = readFileSync(log, "utf8");
    expect(text).to.not.match(/token-of-the-environment|token=hunter22/);
    expect(text).to.include("let in by [secret]");
  });

  for (const [title, flags, words] of [
    ["a level without a file", "--log-level debug", /--log-level means nothing without --log/],
    ["a level that is none", "--log x --log-level loud", /Allowed choices are debug, info, warn, error/],
    ["a file in a folder that is not there", `--log ${path.join(scratch, "no", "x.log")}`, /does not exist; check the path/],
    ["a folder", `--log ${scratch}`, /is a folder where a file is needed/],
  ] as const)
    it(`refuses ${title}: exit 2, nothing run`, async () => {
      const { code, err, context } = await onarm(`evaluate ${flags}`);
      expect([code, context]).to.deep.equal([2, undefined]);
      expect(err).to.have.length(1);
      expect(err[0]).to.match(words);
    });
});
