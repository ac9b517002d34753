import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { OnarmError } from "../../../src/domain/errors.ts";
import { onarm } from "../../support/commandLine.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "onarm-cli-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  writeFileSync(path.join(scratch, name), text);
  return path.join(scratch, name);
};

describe("the command line", () => {
  it("hands a verb its own options, the common ones and its arguments, and loads no other verb", async () => {
    const { code, options, context, loaded } = await onarm("evaluate promote --tasks 7 --seed 12 --out here --json");
    expect(code).to.equal(0);
    expect(options).to.include({ tasks: 7, speed: 0.5 });
    expect(context).to.include({ seed: 12, out: "here", json: true, quiet: false });
    expect(context!.args).to.deep.equal(["promote"]);
    expect(loaded).to.deep.equal(["evaluate"]);
  });

  it("takes common flags before the verb too", async () => {
    const { context } = await onarm("--seed 5 --json evaluate");
    expect(context).to.include({ seed: 5, json: true });
  });

  it("ends stdout with one JSON object under --json, and keeps the log off stdout", async () => {
    const { out, err } = await onarm("evaluate --json", async (_, context) => (context.log("hello"), { success: 0.5, bad: NaN }));
    expect(out).to.deep.equal(['{"success":0.5,"bad":"NaN"}']);
    expect(err).to.deep.equal(["hello"]);
  });

  it("prints a table for a person, after the log", async () => {
    const { out } = await onarm(
      "evaluate",
      async (_, context) => (context.log("hello"), { before: { success: 0.25, ci95: [0.2, 0.3123456] }, steps: 9 }),
    );
    expect(out[0]).to.equal("hello");
    expect(out[1]!.split("\n")).to.deep.equal(["before.success  0.25", "before.ci95     [0.2, 0.3123]", "steps           9"]);
  });

  it("says nothing but the result with --quiet", async () => {
    const { out, err } = await onarm("evaluate --quiet --json", async (_, context) => {
      context.log("hello");
      context.progress("work", 10).finish();
      return {};
    });
    expect(out).to.deep.equal(["{}"]);
    expect(err).to.deep.equal([]);
  });

  it("lets a verb end with 1 for a result that is a refusal", async () => {
    const { code, last } = await onarm("evaluate --json", async (_, context) => ((context.exitCode = 1), { verdict: "refuse" }));
    expect(code).to.equal(1);
    expect(JSON.parse(last)).to.deep.equal({ verdict: "refuse" });
  });

  it("lists every verb in --help, and tells a verb's options in its own help", async () => {
    const all = await onarm("--help");
    expect(all.code).to.equal(0);
    expect(all.out.join("\n")).to.include("the verb evaluate").and.include("the verb practise").and.include("--seed");
    const one = await onarm("help practise");
    expect(one.out.join("\n")).to.include("how many tasks");
    expect((await onarm("practise --help")).out).to.deep.equal(one.out);
    expect((await onarm("--version")).out).to.deep.equal(["1.2.3"]);
  });

  const wrong: readonly (readonly [title: string, line: string, says: RegExp])[] = [
    ["no verb", "", /no verb was given.*onarm --help/],
    ["no verb but a flag", "--json", /no verb was given/],
    ["an unknown verb, naming the nearest", "evalute", /unknown verb 'evalute' \(Did you mean evaluate\?\).*onarm --help/],
    ["an unknown verb far from any", "zzz", /unknown verb 'zzz'.*onarm --help/],
    ["an unknown flag, naming the nearest", "evaluate --task 3", /evaluate: unknown option '--task' \(Did you mean --tasks\?\)/],
    ["an unknown flag before the verb", "--sed 3 evaluate", /unknown option '--sed'/],
    ["a seed that is no number", "evaluate --seed seven", /'--seed <n>' argument 'seven' is invalid.*whole number/],
    ["a negative seed", "evaluate --seed -1", /--seed/],
    ["a seed with a fraction", "evaluate --seed 1.5", /--seed.*whole number/],
    ["a seed that is hexadecimal or empty", "evaluate --seed 0x10", /--seed.*whole number/],
    ["NaN for a number", "evaluate --speed NaN", /--speed.*number from 0 to 1/],
    ["a number out of range", "evaluate --tasks 0", /--tasks.*from 1 to 1000/],
    ["a flag without its value", "evaluate --tasks", /--tasks/],
    ["too many arguments", "evaluate a b", /too many arguments/],
    ["an empty --out", "evaluate --out=", /--out/],
  ];
  for (const [title, line, says] of wrong)
    it(`refuses ${title}: one sentence, exit 2, nothing run`, async () => {
      const { code, err, out, context } = await onarm(line);
      expect(code).to.equal(2);
      expect(err).to.have.length(1);
      expect(err[0])
        .to.match(/^onarm: [^\n]+$/)
        .and.match(says);
      if (!line.includes("--json")) expect(out).to.deep.equal([]);
      expect(context).to.equal(undefined);
    });

  it("adds the error as one JSON line under --json", async () => {
    const { code, last, err } = await onarm("evaluate --json --tasks none");
    expect(code).to.equal(2);
    expect(JSON.parse(last).error.code).to.equal("usage.invalid");
    expect(err[0]).to.equal(`onarm: ${JSON.parse(last).error.message}`);
  });

  it("hands on a config file's settings, unchecked", async () => {
    const { context } = await onarm(`evaluate --config ${file("good.yaml", "max_speed_rad_s: 1.5\nlist: [1, 2]\n")}`);
    expect(context!.config).to.deep.equal({ max_speed_rad_s: 1.5, list: [1, 2] });
  });

  const configs: readonly (readonly [title: string, place: () => string, says: RegExp])[] = [
    ["missing", () => path.join(scratch, "none.yaml"), /none\.yaml does not exist/],
    ["a folder", () => scratch, /is a folder/],
    ["not YAML", () => file("bad.yaml", "a: [1, 2\nb: }"), /bad\.yaml is not YAML/],
    ["with a key twice", () => file("twice.yaml", "a: 1\na: 2\n"), /twice\.yaml is not YAML/],
    ["empty", () => file("empty.yaml", ""), /empty\.yaml holds no settings/],
    ["a list", () => file("list.yaml", "- 1\n- 2\n"), /list\.yaml holds no settings/],
  ];
  for (const [title, place, says] of configs)
    it(`refuses a config file that is ${title}: exit 2`, async () => {
      const { code, err, context } = await onarm(`evaluate --config ${place()}`);
      expect(code).to.equal(2);
      expect(err).to.have.length(1);
      expect(err[0]).to.match(says).and.not.match(/\n/);
      expect(context).to.equal(undefined);
    });

  const thrown: readonly (readonly [title: string, error: unknown, exit: number, says: RegExp])[] = [
    [
      "a damaged file",
      new OnarmError("file.damaged", "weights are cut short; make them again"),
      2,
      /^onarm: weights are cut short; make them again$/,
    ],
    ["a bundle for another domain", new OnarmError("bundle.mismatch", "it is for 'point'"), 2, /it is for 'point'/],
    ["divergence", new OnarmError("learning.diverged", "loss became NaN"), 1, /loss became NaN/],
    ["a fault from another process, as plain data", { code: "link.lost", message: "the twin is gone" }, 1, /the twin is gone/],
    [
      "an interruption seen by one of Node's own calls",
      new DOMException("This operation was aborted", "AbortError"),
      0,
      /interrupted; what was done is kept/,
    ],
    ["something unexpected", new TypeError("x is not a function\nat y"), 1, /x is not a function at y; run again with --debug/],
    ["a thrown word", "oh", 1, /oh; run again with --debug/],
  ];
  for (const [title, error, exit, says] of thrown)
    it(`ends with ${exit} and one sentence on ${title}`, async () => {
      const { code, err } = await onarm("evaluate", async () => Promise.reject(error));
      expect(code).to.equal(exit);
      expect(err).to.have.length(1);
      expect(err[0]).to.match(says).and.not.match(/\n/);
    });

  it("shows where it happened only with --debug", async () => {
    const work = async () => Promise.reject(new TypeError("boom"));
    expect((await onarm("evaluate", work)).err.join("\n")).to.not.include("cli.test.ts");
    expect((await onarm("evaluate --debug", work)).err.join("\n")).to.include("cli.test.ts");
  });
});
