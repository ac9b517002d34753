import { expect } from "chai";
import { ALGORITHMS, algorithmConfig } from "../../src/learning/algorithms.ts";
import type { AlgorithmName } from "../../src/learning/algorithms.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { pointReward, pointSpec, pointTask } from "../../src/tasks/point.ts";
import { bundleOf } from "../../launch/bundles.ts";
import { klShift } from "../../launch/contextShift.ts";
import { fineTune, fineTuneCost } from "../../launch/fineTune.ts";
import { practise } from "../../launch/practice.ts";
import type { PracticeParts } from "../../launch/practice.ts";
import { Remote } from "../../launch/rpc.ts";
import { Rollouts, weightsOf } from "../../launch/rollouts.ts";
import { scoreTasks } from "../../launch/score.ts";
import type { TrainerHandlers } from "../../launch/trainer.ts";
import { at, fixture, make, onarm, write } from "./verbs.run.ts";

const nets = { policy: [8], critic: [8] };
const latent = { ...nets, latent: 2, encoder: [8] };
const small: Readonly<Record<AlgorithmName, Readonly<Record<string, unknown>>>> = {
  smac: { nets: { ...latent, decoder: [8] } },
  awac: { nets, fineTune: { episodes: 1, updates: 5 } },
  pearl: { nets: latent },
  macaw: { nets: { ...nets, transform: 2, advantage: [4] } },
  bc: { nets: { policy: [8] } },
};
const signal = new AbortController().signal;
const provenance = {
  command: "onarm meta-train",
  commit: "none",
  seed: 1,
  dataset: { sha256: "00", taskSeed: 1, tasks: 6 },
  parent: null,
  updates: 20,
  practiceSteps: 0,
  practice: "none" as const,
  metrics: {},
};

describe("Every algorithm, in the processes that the program runs it in", function () {
  this.timeout(120_000);
  let trainer: Remote<TrainerHandlers>;
  let rollouts: Rollouts;
  const bundles = new Map<AlgorithmName, Bundle>();
  before(async () => {
    await fixture();
    trainer = new Remote<TrainerHandlers>("trainer", new URL("../../launch/trainer.ts", import.meta.url));
    rollouts = await Rollouts.open("point", 1);
    for (const algo of ALGORITHMS) {
      const config = algorithmConfig(algo, "default", pointSpec, small[algo]);
      await trainer.call("open", { algo, spec: pointSpec, config, seed: 1, dataset: at("dataset") });
      await trainer.call("update", { count: 20 });
      bundles.set(
        algo,
        await bundleOf(trainer, at("algorithms", algo), { algo, spec: pointSpec, config, preset: "default", provenance }),
      );
    }
  });
  after(() => {
    trainer.close();
    rollouts.close();
  });
  const score = async (bundle: Bundle, context: "own" | "offline" | "none") => {
    await rollouts.load(weightsOf(bundle));
    const where = { split: "test" as const, taskSeed: 3, tasks: 3, context, seed: 0 };
    return scoreTasks(rollouts, bundle, where, () => {}, signal);
  };
  const returns = async (algo: AlgorithmName, context: "own" | "offline" | "none") =>
    (await score(bundles.get(algo)!, context)).map((task) => task.return);

  for (const algo of ALGORITHMS) {
    it(`${algo}: its bundle is read again as it was written, says what it is, and scores finitely`, async () => {
      const bundle = await readBundle(at("algorithms", algo));
      expect(bundle.hash).to.equal(bundles.get(algo)!.hash);
      expect(bundle.manifest.algorithm).to.equal(algo);
      expect(bundle.manifest.head === "none").to.equal(algo !== "smac");
      for (const context of ["own", "offline", "none"] as const)
        expect((await returns(algo, context)).every(Number.isFinite)).to.equal(true);
    });

    it(`${algo}: ${algo === "bc" || algo === "awac" ? "does the same whatever it has seen" : "makes something of what it has seen"}`, async () => {
      const [own, offline, none] = [await returns(algo, "own"), await returns(algo, "offline"), await returns(algo, "none")];
      const blind = algo === "bc" || algo === "awac";
      expect(String(own) === String(none)).to.equal(blind);
      expect(String(offline) === String(none)).to.equal(blind);
      expect(await returns(algo, "own"), "and repeats it").to.deep.equal(own);
    });
  }

  it("measures a shift of beliefs where there are beliefs, and says null where there are none", async () => {
    for (const algo of ALGORITHMS) {
      const bundle = bundles.get(algo)!;
      const shift = await klShift(rollouts, bundle, await score(bundle, "own"), { split: "test", taskSeed: 3, seed: 0 });
      expect(shift === null, algo).to.equal(!["smac", "pearl"].includes(algo));
    }
  });

  for (const algo of ["smac", "pearl"] as const)
    it(`${algo}: goes on with true rewards as an oracle, whose rewards are the environment's`, async () => {
      const bundle = bundles.get(algo)!;
      const practice = { tasksPerRound: 2, priorEpisodes: 1, posteriorEpisodes: 1, updatesPerStep: 0.1, batch: 4 };
      const config = algorithmConfig(algo, "default", pointSpec, { ...small[algo], practice }) as PracticeParts["config"];
      await trainer.call("open", {
        algo,
        spec: pointSpec,
        config,
        seed: 1,
        dataset: at("dataset"),
        tensors: { ...bundle.tensors },
      });
      await rollouts.load(weightsOf(bundle));
      let rewards = 0;
      const state = await practise({
        rollouts,
        trainer,
        config,
        contextRows: bundle.manifest.metaTest.contextRows,
        taskSeed: 1,
        taskCount: 6,
        steps: 100,
        horizon: pointSpec.horizon,
        seed: 1,
        kind: "true-rewards",
        signal,
        onRound: (round) => {
          for (const [i, { steps, observation, task }] of round.rollouts.entries()) {
            const goal = pointTask("train", 1, task);
            const after = (t: number): [number, number] => [observation[2 * t + 2]!, observation[2 * t + 3]!];
            round.labels[i]!.forEach((reward, t) => expect(reward).to.be.closeTo(pointReward("dense", goal, after(t)), 1e-5));
            rewards += steps;
          }
        },
      });
      expect([state.steps, rewards]).to.deep.equal([160, 160]);
      expect(state.updates).to.equal(16);
    });

  it("awac: is fine-tuned task by task, each from the bundle again, and repeats", async () => {
    const bundle = bundles.get("awac")!;
    const tune = (ids: readonly number[], rounds: number, offline: boolean) =>
      fineTune({ rollouts, trainer, bundle, split: "test", taskSeed: 3, ids, seed: 0, rounds, offline, signal, done: () => {} });
    const [alone, both] = [await tune([1], 2, true), await tune([0, 1], 2, true)];
    expect(both.map(({ task }) => task)).to.deep.equal([0, 1]);
    expect(both[1]).to.deep.equal(alone[0]);
    expect(alone[0]!.return).to.not.equal((await returns("awac", "none"))[1]);
    const [untouched] = await tune([1], 0, false);
    expect(untouched!.return).to.equal((await returns("awac", "none"))[1]);
    expect(fineTuneCost(bundle, 2, true)).to.deep.equal({ steps: 40, updates: 15 });
  });

  it("fine-tunes nobody else", async () => {
    const refused = await fineTune({
      rollouts,
      trainer,
      bundle: bundles.get("bc")!,
      split: "test",
      taskSeed: 3,
      ids: [0],
      seed: 0,
      rounds: 1,
      offline: true,
      signal,
      done: () => {},
    }).catch((error: Error) => error.message);
    expect(refused).to.match(/bc is not fine-tuned task by task; use a bundle of awac/);
  });
});

describe("The command line with another algorithm", function () {
  this.timeout(120_000);
  before(fixture);

  it("trains it, evaluates it, and refuses to practise with it in one sentence", async () => {
    const config = write("bc.yaml", "nets: { policy: [8] }\n");
    const trained = await make.run(
      ...["meta-train", "--algo", "bc", "--dataset", at("dataset"), "--updates", "20", "--config", config, "--out", at("bc")],
    );
    expect(trained.json).to.include({ updates: 20, decoder: null });
    const practised = await onarm("practise", "--bundle", at("bc"), "--dataset", at("dataset"), "--out", at("bc-practised"));
    expect([practised.code, practised.err]).to.deep.equal([
      2,
      `onarm: ${at("bc")}: bc has no reward decoder, so it cannot label practice; practise with a bundle of smac\n`,
    ]);
  });
});
