import { existsSync } from "node:fs";
import { expect } from "chai";
import { readDataset } from "../../src/learning/dataset.ts";
import { summarise } from "../../src/recording/read.ts";
import { at, filesIn, fixture, make, start, tiny, weightsOf, write } from "./verbs.run.ts";

const updating = ["--updates", "900", "--validation", "2", "--checkpoint-every", "300", "--seed", "3"];
const practising = ["--tasks", "0", "--validation", "20", "--seed", "3"];
/** Rounds of 200 steps and 100 updates. */
const brisk = write("brisk.yaml", "practice: { updatesPerStep: 0.5 }\n");

const practise = [
  "practise",
  "--bundle",
  at("bundle"),
  "--dataset",
  at("dataset"),
  ...practising,
  "--steps",
  "3000",
  "--config",
  brisk,
];
/** Weights after the same practice, not interrupted; made once. */
let uninterrupted: Promise<string> | undefined;
const practised = () =>
  (uninterrupted ??= make.run(...practise, "--out", at("practised")).then(() => weightsOf(at("practised", "candidate"))));

const refusedWithAnotherSeed = async (...args: string[]) => {
  const { code, json } = await start([...args, "--seed", "4"]).ended;
  expect([code, json.error.code]).to.deep.equal([2, "usage.invalid"]);
  expect(json.error.message).to.match(/left by a run with another .*seed.*; repeat that command line/);
};

/** Policy steps that a recording under way holds already. */
const stepsIn = (file: string) =>
  summarise(file).then(
    ({ steps }) => steps,
    () => 0,
  );

describe("Ctrl-C", function () {
  this.timeout(120_000);
  before(fixture);

  it("while a dataset is made keeps the tasks that are whole, and the result says so", async () => {
    const run = start(["dataset", "--domain", "point", "--tasks", "10000", "--episodes", "200", "--out", at("cut-dataset")]);
    await run.when(() => /episodes .*\d/.test(run.stderr()));
    run.interrupt();
    const { code, json } = await run.ended;
    await run.gone();
    expect(code).to.equal(0);
    expect(json.interrupted).to.equal(true);
    const { manifest, episodes, sha256 } = await readDataset(at("cut-dataset"));
    expect(manifest.tasks.count).to.equal(json.tasks).and.to.be.within(1, 9999);
    expect(episodes.length).to.equal(200 * json.tasks);
    expect(sha256).to.equal(json.sha256);
  });

  it("while meta-training keeps a checkpoint from which the same weights come as without it", async () => {
    const train = ["meta-train", "--dataset", at("dataset"), "--config", tiny, ...updating];
    await make.run(...train, "--out", at("whole"));
    const out = at("cut-bundle");
    const run = start([...train, "--out", out]);
    await run.when(() => existsSync(`${out}.checkpoint`));
    run.interrupt();
    const { code, err, json } = await run.ended;
    await run.gone();
    expect([code, json]).to.deep.equal([0, { interrupted: true }]);
    expect(err).to.match(/stopped after \d+ updates; go on with the same command and --resume/);
    expect(filesIn(out)).to.deep.equal([]);
    await refusedWithAnotherSeed(...train, "--out", out, "--resume");
    await make.run(...train, "--out", out, "--resume");
    expect(weightsOf(out)).to.equal(weightsOf(at("whole")));
    expect(existsSync(`${out}.checkpoint`)).to.equal(false);
  });

  it("while practising keeps a readable recording and a checkpoint from which the same weights come as without it", async () => {
    const whole = await practised();
    const out = at("cut-practice");
    const run = start([...practise, "--out", out]);
    await run.when(async () => (await stepsIn(`${out}/practice.mcap`)) > 0);
    run.interrupt();
    const { code, json } = await run.ended;
    await run.gone();
    expect(code).to.equal(0);
    expect(json).to.include({ interrupted: true, promoted: false, after: null });
    expect(json.steps).to.be.within(1, 2999);
    const { damage, steps } = await summarise(`${out}/practice.mcap`);
    expect([damage, steps]).to.deep.equal([undefined, json.steps]);
    expect(existsSync(json.checkpoint)).to.equal(true);
    await refusedWithAnotherSeed(...practise, "--out", out, "--resume");
    await make.run(...practise, "--out", out, "--resume");
    expect(weightsOf(`${out}/candidate`)).to.equal(whole);
  });

  it("while evaluating ends in order with what was scored", async () => {
    const run = start(["evaluate", "--bundle", at("bundle"), "--tasks", "100000"]);
    await run.when(() => /tasks .*\d/.test(run.stderr()));
    run.interrupt();
    const { code, json } = await run.ended;
    await run.gone();
    expect([code, json.interrupted]).to.deep.equal([0, true]);
    expect(json.tasks).to.be.within(1, 99_999);
  });

  it("before there is anything to keep ends in order and writes nothing", async () => {
    for (const args of [
      ["dataset", "--domain", "point", "--tasks", "10000", "--out", at("early")],
      ["meta-train", "--dataset", at("dataset"), "--out", at("early")],
      ["practise", "--bundle", at("bundle"), "--dataset", at("dataset"), "--out", at("early")],
      ["gate", "--incumbent", at("bundle"), "--candidate", at("bundle"), "--tasks", "100000", "--out", at("early")],
    ]) {
      const run = start(args);
      await run.when(() => run.processes() > 1);
      run.interrupt();
      const { code, err, json } = await run.ended;
      await run.gone();
      expect([args[0], code, json.interrupted], err).to.deep.equal([args[0], 0, true]);
      expect(filesIn(at("early"))).to.deep.equal([]);
    }
  });
});

describe("A process that is killed", function () {
  this.timeout(120_000);
  before(fixture);

  it("(the verb itself, in the middle of practice) takes all others with it; the recording is whole, and the last checkpoint leads to the same weights", async () => {
    const whole = await practised();
    const out = at("killed-verb");
    const run = start([...practise, "--out", out]);
    await run.when(() => existsSync(`${out}/practice.checkpoint`));
    run.kill("bin/onarm.mjs");
    await run.ended;
    await run.gone();
    const { damage, steps } = await summarise(`${out}/practice.mcap`);
    expect(damage).to.equal(undefined);
    expect(steps).to.be.within(1800, 2999);
    const { json } = await make.run(...practise, "--out", out, "--resume");
    expect(weightsOf(`${out}/candidate`)).to.equal(whole);
    expect(json.recording).to.equal(`${out}/practice-from-2000.mcap`);
    expect((await summarise(json.recording)).steps).to.equal(1000);
  });

  for (const which of ["trainer", "rolloutWorker"] as const)
    it(`(${which}, in the middle of practice) ends the verb with one sentence, a failure code and no process left behind`, async () => {
      const out = at(`killed-${which}`);
      const run = start([
        "practise",
        "--bundle",
        at("bundle"),
        "--dataset",
        at("dataset"),
        ...practising,
        "--steps",
        "20000",
        "--out",
        out,
      ]);
      await run.when(async () => (await stepsIn(`${out}/practice.mcap`)) > 0);
      run.kill(`${which}.ts`);
      const { code, err, json } = await run.ended;
      await run.gone();
      expect(code).to.equal(1);
      expect(json.error.code).to.equal("process.lost");
      expect(err.split("\n").filter((line) => line.startsWith("onarm:"))).to.have.length(1);
      expect(err).to.not.match(/\n\s+at /);
      const { damage, steps } = await summarise(`${out}/practice.mcap`);
      expect(damage).to.equal(undefined);
      expect(steps).to.be.greaterThan(0);
    });
});
