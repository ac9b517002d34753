import { copyFileSync, cpSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { expect } from "chai";
import { readBundle } from "../../src/policy/bundle.ts";
import { at, constantPolicy, filesIn, fixture, make, onarm, tiny, weightsOf, write } from "./verbs.run.ts";

const evaluate = (...args: string[]) => onarm("evaluate", "--bundle", at("bundle"), "--tasks", "8", "--task-seed", "4", ...args);
const practise = (out: string, seed: number) =>
  make.run(
    ...["practise", "--bundle", at("bundle"), "--dataset", at("dataset"), "--steps", "400", "--tasks", "4", "--validation", "20"],
    ...["--seed", String(seed), "--out", at(out)],
  );
/** A result without what a clock and a folder put into it. */
const numbers = ({ json }: { json: Record<string, unknown> }) => {
  const ofThisRun = ["seconds", "recording", "candidate", "bundle"];
  return Object.fromEntries(Object.entries(json).filter(([key]) => !ofThisRun.includes(key)));
};
const gate = (...args: string[]) => onarm("gate", "--tasks", "20", "--out", at("gate"), ...args);

describe("From nothing to a practised policy, verb by verb", function () {
  this.timeout(120_000);
  before(fixture);

  it("dataset tells what it made, and makes the same again from the same seed alone", async () => {
    const { json } = (await fixture()).dataset;
    expect(json).to.include({ transitions: 480, tasks: 6, episodes: 24, success: null, file: at("dataset") });
    const again = await make.dataset("dataset-again", 1);
    const other = await make.dataset("dataset-other", 2);
    expect(again.json.sha256).to.equal(json.sha256);
    expect(other.json.sha256).to.not.equal(json.sha256);
  });

  it("meta-train tells how it went, and trains the same weights again from the same seed alone", async () => {
    const { json } = (await fixture()).bundle;
    expect(json.losses).to.include.all.keys("critic1", "decoder", "kl");
    expect(json.decoder.r2).to.be.a("number");
    expect(json.updatesPerSecond).to.be.greaterThan(0);
    expect(json).to.include({ updates: 300, bundle: at("bundle") });
    await make.metaTrain("dataset", "bundle-again", 1);
    await make.metaTrain("dataset", "bundle-other", 2);
    expect(weightsOf(at("bundle-again"))).to.equal(weightsOf(at("bundle")));
    expect(weightsOf(at("bundle-other"))).to.not.equal(weightsOf(at("bundle")));
  });

  it("meta-train goes on from a bundle's weights, and says from whose", async () => {
    const few = ["--dataset", at("dataset"), "--updates", "1", "--validation", "4", "--config", tiny];
    const { json } = await make.run("meta-train", ...few, "--from", at("bundle"), "--out", at("gone-on"));
    const policy = async (name: string) => (await readBundle(at(name))).tensors["raw.pi.w0"]!;
    const [before, after] = [await policy("bundle"), await policy("gone-on")];
    const moved = Math.max(...after.map((w, i) => Math.abs(w - before[i]!)));
    // One step of Adam moves a weight by its learning rate at most.
    expect(moved).to.be.within(1e-7, 1.01e-3);
    const { provenance } = (await readBundle(at("gone-on"))).manifest;
    expect([provenance.parent, provenance.updates, json.updates]).to.deep.equal([(await fixture()).bundle.json.hash, 301, 1]);
  });

  it("evaluate scores held-out tasks: the same numbers from the same seeds, whatever the number of workers, and others from others", async () => {
    const { code, json } = await evaluate();
    expect(code).to.equal(0);
    expect(json).to.include({ success: null, tasks: 8, episodes: 24 });
    expect(json.ci95[0]).to.be.at.most(json.return);
    expect(json.ci95[1]).to.be.at.least(json.return);
    expect(json.klShift).to.include.all.keys("normalised", "klOwn", "klOffline");
    expect((await evaluate("--workers", "1")).json).to.deep.equal(json);
    expect((await evaluate("--seed", "2")).json.return).to.not.equal(json.return);
    expect((await evaluate("--task-seed", "5")).json.return).to.not.equal(json.return);
    for (const context of ["offline", "none"]) {
      const { json: scored } = await evaluate("--context", context);
      expect(scored).to.include({ tasks: 8, episodes: 8, klShift: null });
      expect(scored.return).to.not.equal(json.return);
    }
  });

  it("practise tells before, after and the verdict, and does the same again from the same seed alone", async () => {
    const first = await practise("practice", 1);
    expect(first.json).to.include({
      steps: 400,
      updates: 400,
      stops: 0,
      clamps: 0,
      recordsDropped: 0,
      recording: at("practice", "practice.mcap"),
    });
    for (const side of ["before", "after"]) expect(first.json[side]).to.include.all.keys("success", "ci95", "return");
    expect(first.json.perAim.goal).to.include.all.keys("before", "after", "tasks");
    expect(first.json.promoted).to.equal(first.json.gate.verdict === "promote");
    expect(first.json.gate.reasons).to.have.length.greaterThan(0);
    expect(first.json.bundle).to.equal(first.json.promoted ? at("practice", "candidate") : at("bundle"));
    const again = await practise("practice-again", 1);
    // What an earlier run left beside its recording goes with that recording.
    const left = write("practice-other/practice.mcap.stops.jsonl", "{}\n");
    const other = await practise("practice-other", 2);
    expect(filesIn(at("practice-other"))).not.to.include(left);
    expect(numbers(again)).to.deep.equal(numbers(first));
    expect(weightsOf(at("practice-again", "candidate"))).to.equal(weightsOf(at("practice", "candidate")));
    expect(other.json.before).to.deep.equal(first.json.before);
    expect(other.json.after).to.not.deep.equal(first.json.after);
  });

  it("gate judges on validation tasks, refuses a worse candidate with 1, and lets nothing drive that it has not promoted", async () => {
    // All goals lie above the start: one that stands still is better than one that walks down.
    const still = await constantPolicy("still", [0, 0]);
    const away = await constantPolicy("away", [0, -3]);
    const unheard = await gate("promote", "--candidate", still);
    expect([unheard.code, unheard.json.verdict]).to.deep.equal([1, "refuse"]);
    expect(unheard.json.reasons[0]).to.include("no verdict");

    const refused = await gate("--incumbent", still, "--candidate", away);
    expect(refused.code, refused.err).to.equal(1);
    expect(refused.json).to.include({ verdict: "refuse", tasks: 20 });
    expect(refused.json.reasons[0]).to.match(/^worse: return/);
    expect(refused.json.high).to.be.lessThan(0);
    expect(refused.json.candidate.return - refused.json.incumbent.return).to.be.closeTo(refused.json.difference, 1e-9);
    const kept = await gate("promote", "--candidate", away);
    expect(kept.code).to.equal(1);
    expect(kept.json.reasons[0]).to.include("was refused").and.include("worse: return");

    const promoted = await gate("--incumbent", away, "--candidate", still);
    expect([promoted.code, promoted.json.verdict]).to.deep.equal([0, "promote"]);
    expect(filesIn(at("gate"))).to.deep.equal([at("gate", "gate.jsonl")]);
    const moved = await gate("promote", "--candidate", still);
    expect([moved.code, moved.json.bundle]).to.deep.equal([0, still]);
    expect((await gate("promote", "--candidate", still)).json.reasons[0]).to.include("drives already");
  });

  it("gate rolls back to what drove before, and what was rolled back needs a new verdict", async () => {
    const back = await gate("rollback");
    expect([back.code, back.json.bundle]).to.deep.equal([0, at("away")]);
    const again = await gate("promote", "--candidate", at("still"));
    expect(again.code).to.equal(1);
    expect(again.json.reasons[0]).to.include("was rolled back");
    const further = await gate("rollback");
    expect([further.code, further.json.verdict]).to.deep.equal([1, "refuse"]);
    const { json } = await gate("log");
    expect(json.verdicts.map((entry: { verdict: string }) => entry.verdict)).to.deep.equal(["refuse", "promote", "rollback"]);
    expect(json.promoted.bundle).to.equal(at("away"));
  });

  it("gate lets a candidate drive only in place of the weights it was compared with, and an experiment never", async () => {
    const entry = JSON.parse(readFileSync(at("gate", "gate.jsonl"), "utf8").split("\n")[1]!) as Record<string, unknown>;
    cpSync(at("gate"), at("gate-elsewhere"), { recursive: true });
    write("gate-elsewhere/gate.jsonl", `${JSON.stringify({ ...entry, incumbent: "0".repeat(64) })}\n`);
    const { code, json } = await gate("promote", "--candidate", at("still"), "--out", at("gate-elsewhere"));
    expect(code).to.equal(1);
    expect(json.reasons[0])
      .to.include("was judged against 000000000000")
      .and.include(`--incumbent ${at("away")}`);
    const guessed = await constantPolicy("guessed", [0, 0], "random-labels");
    const experiment = await gate("--incumbent", at("away"), "--candidate", guessed);
    expect([experiment.code, experiment.json.verdict]).to.deep.equal([1, "refuse"]);
    expect(experiment.json.reasons.join()).to.include("experiment");
  });

  it("inspect tells what is in a bundle, a dataset and a recording", async () => {
    const bundle = (await onarm("inspect", at("bundle"))).json;
    expect(bundle).to.include({
      kind: "bundle",
      domain: "point",
      preset: "default",
      verified: true,
      sha256: weightsOf(at("bundle")),
    });
    expect(bundle.parameters).to.equal(Object.values(bundle.counts as Record<string, number>).reduce((a, b) => a + b, 0));
    expect(bundle.hash).to.equal((await fixture()).bundle.json.hash);
    expect(bundle.provenance.command).to.match(/^onarm meta-train /);
    expect(bundle.provenance.metrics.offlineKl, "what beliefs say when their context is not shifted").to.be.above(0);
    const dataset = (await onarm("inspect", at("dataset"))).json;
    expect(dataset).to.include({ kind: "dataset", domain: "point", transitions: 480, tasks: 6, verified: true, lost: 0 });
    expect(dataset.provenance.command).to.match(/^onarm dataset /);
    const { code, json } = await onarm("inspect", at("practice", "practice.mcap"), "--stops");
    expect(code).to.equal(0);
    expect(json).to.include({ kind: "recording", steps: 400, stops: 0, clamps: 0, lost: 0, dropped: 0, damage: null });
    expect(json.counts).to.deep.equal({ "/onarm/episode": 40, "/onarm/transition": 400, "/onarm/label": 20 });
    expect([json.episodes.begun, json.episodes.ended, json.stopList]).to.deep.equal([20, 20, []]);
    expect(json.header).to.include({ domain: "point", bundle: bundle.hash, seed: 1 });
  });

  it("recover saves what is whole in a torn recording, and inspect tells what was lost", async () => {
    const torn = at("torn.mcap");
    copyFileSync(at("practice", "practice.mcap"), torn);
    truncateSync(torn, Math.floor(readFileSync(torn).length / 2));
    const seen = (await onarm("inspect", torn)).json;
    expect(seen.damage.why).to.be.a("string");
    expect(seen.steps).to.be.within(1, 399);
    const { code, json } = await onarm("recover", torn);
    expect([code, json.file, json.lost]).to.deep.equal([0, at("torn.recovered.mcap"), seen.lost]);
    const saved = (await onarm("inspect", json.file)).json;
    expect(saved).to.deep.include({ steps: seen.steps, counts: seen.counts, damage: null, lost: 0 });
    expect(json.records).to.equal(Object.values(saved.counts as Record<string, number>).reduce((a, b) => a + b, 0));
    const second = await onarm("recover", torn);
    expect([second.code, second.json.error.code]).to.deep.equal([2, "file.exists"]);
    rmSync(json.file);
  });
});
