import { existsSync } from "node:fs";
import { expect } from "chai";
import { readRecording, summarise } from "../../src/recording/read.ts";
import { at, fixture, start, weightsOf } from "./verbs.run.ts";

/** From here on a real reward can be read by no process of the run without an error. */
const spied = { NODE_OPTIONS: `--import ${new URL("./practice.spy.mjs", import.meta.url).href}` };
const practise = (...args: string[]) =>
  start(["practise", "--bundle", at("bundle"), "--dataset", at("dataset"), "--tasks", "0", "--validation", "20", ...args], spied)
    .ended;

describe("Practice in its real processes, where reading a reward is an error", function () {
  this.timeout(120_000);
  before(fixture);

  for (const control of ["self", "random-labels", "offline-only"])
    it(`(${control}) does all its steps and updates and hands over a candidate; the first to be caught is the gate's own test`, async () => {
      const out = at(`spied-${control}`);
      const { code, err, json } = await practise("--steps", "400", "--control", control, "--out", out);
      expect(code).to.equal(1);
      expect(json.error.message).to.include("a real reward was read");
      expect(err).to.match(/practise +100 %/);
      expect(err).to.not.match(/reward\.forbidden|practice asked/);
      expect(weightsOf(`${out}/candidate`)).to.not.equal(weightsOf(at("bundle")));
      if (control === "offline-only") return;
      const { steps, episodes, damage } = await summarise(`${out}/practice.mcap`);
      expect({ steps, ended: episodes.ended, damage }).to.deep.equal({ steps: 400, ended: 20, damage: undefined });
    });

  it("labels every step itself, and no record of the run holds another reward", async () => {
    const out = at("spied-self");
    const sources = new Set<string>();
    let labelled = 0;
    for await (const record of readRecording(`${out}/practice.mcap`))
      if (record.channel === "/onarm/label") {
        sources.add(record.source);
        labelled += record.reward.length;
        expect(record.reward.every(Number.isFinite)).to.equal(true);
      } else if (record.channel === "/onarm/episode" && record.phase === "end") expect(record).to.not.have.property("success");
    expect([[...sources], labelled]).to.deep.equal([["decoded"], 400]);
  });

  it("catches whoever does read one: an evaluation and a dataset end with the spy's error", async () => {
    const evaluated = await start(["evaluate", "--bundle", at("bundle"), "--tasks", "2"], spied).ended;
    expect([evaluated.code, evaluated.json.error.message]).to.deep.equal([
      1,
      "a real reward was read; run again with --debug for where it happened",
    ]);
    const made = await start(["dataset", "--domain", "point", "--tasks", "2", "--out", at("spied-dataset")], spied).ended;
    expect([made.code, existsSync(at("spied-dataset"))]).to.deep.equal([1, false]);
  });
});
