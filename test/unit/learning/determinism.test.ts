import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { encodeSafetensors } from "../../../src/engine/safetensors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../../src/learning/checkpoint.ts";
import { Learner, type Metrics } from "../../../src/learning/learner.ts";
import { smac } from "../../../src/learning/smac.ts";
import { codeOf, episode, messageOf, rollout, tinyConfig, tinyLearner, tinySpec } from "./tiny.ts";

/** Losses of `count` updates, one by one. */
const losses = async (learner: Learner, count: number) => {
  const all: Metrics[] = [];
  for (let i = 0; i < count; i++) all.push(await learner.update(1));
  return all;
};
const add = async (learner: Learner, index: number) => {
  for (const task of [0, 2]) await learner.addPractice(rollout(task, index), task === 0);
};
/** Everything that a run leaves behind. */
const state = (learner: Learner) => ({
  trained: learner.trained.flat.slice(),
  target: learner.target.flat.slice(),
  adam: [learner.optimiser.m.slice(), learner.optimiser.v.slice(), learner.optimiser.t],
  rng: learner.rng.state(),
  counters: [learner.phase, learner.updates, learner.practiceUpdates],
  memory: learner.memory.map((m) => ({
    observation: m.observation.slice(0, m.count * m.O),
    next: m.nextObservation.slice(0, m.count * m.O),
    action: m.action.slice(0, m.count * m.A),
    reward: m.reward.slice(0, m.count),
    terminated: m.terminated.slice(0, m.count),
    spans: [...m.spans],
    offline: m.offlineCount,
    own: m.ownCount,
    contrasts: [...m.contrasts],
  })),
});

describe("a learner's run", () => {
  const run = async (seed: number) => {
    const learner = tinyLearner({}, seed);
    const offline = await losses(learner, 12);
    await learner.beginPractice();
    await add(learner, 9);
    const practice = await losses(learner, 12);
    await learner.dispose();
    return { losses: [...offline, ...practice], state: state(learner) };
  };

  it("repeats bit for bit from the same seed: every loss, weight, label and moment (U8)", async () => {
    const [first, second] = [await run(7), await run(7)];
    expect(second).to.deep.equal(first);
    expect(first.losses.length).to.equal(24);
  });

  it("is another one from another seed", async () => {
    const [first, second] = [await run(7), await run(8)];
    expect(second.losses[0]).to.not.deep.equal(first.losses[0]);
  });

  it("is the same in one call of 10 updates as in 10 calls of one", async () => {
    const [whole, parts] = [tinyLearner(), tinyLearner()];
    const last = await whole.update(10);
    expect((await losses(parts, 10)).at(-1)).to.deep.equal(last);
    expect(state(parts)).to.deep.equal(state(whole));
    await Promise.all([whole.dispose(), parts.dispose()]);
  });

  it("ends with learning.diverged when a loss is not finite, and leaves the weights as they were", async () => {
    const learner = tinyLearner();
    await learner.update(1);
    learner.trained.views["q1.b1"]!.fill(NaN);
    const before = learner.trained.flat.slice();
    expect(await codeOf(() => learner.update(1))).to.equal("learning.diverged");
    expect(learner.trained.flat).to.deep.equal(before);
    await learner.dispose();
  });

  it("refuses to count no update as a result", async () => {
    const learner = tinyLearner();
    expect(await codeOf(() => learner.update(0))).to.equal("usage.invalid");
    await learner.dispose();
  });
});

describe("a checkpoint", () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "onarm-checkpoint-"));
    file = path.join(folder, "run.checkpoint");
  });
  after(() => rm(folder, { recursive: true }));

  const fresh = (seed = 999) => new Learner(smac(tinySpec(), tinyConfig()), seed);

  /** Goes on from here in the learner itself and, by way of the file, in a fresh one: both must do the same. */
  const same = async (learner: Learner, goOn: (learner: Learner) => Promise<Metrics[]>, resumed = fresh()) => {
    await saveCheckpoint(learner, file, { step: 42, name: "round" });
    expect(await loadCheckpoint(resumed, file)).to.deep.equal({ step: 42, name: "round" });
    expect(state(resumed)).to.deep.equal(state(learner));
    expect(await goOn(resumed)).to.deep.equal(await goOn(learner));
    expect(state(resumed)).to.deep.equal(state(learner));
    await Promise.all([learner.dispose(), resumed.dispose()]);
  };

  it("of the offline phase goes on bit for bit in a fresh learner, and so does the practice after it", async () => {
    const learner = tinyLearner();
    await learner.update(15);
    await same(learner, async (one) => {
      const offline = await losses(one, 10);
      await one.beginPractice();
      await add(one, 9);
      return [...offline, ...(await losses(one, 5))];
    });
  });

  it("of practice goes on bit for bit: rollouts, ramp, frozen copies and the labels they make", async () => {
    const learner = tinyLearner();
    await learner.update(5);
    await learner.beginPractice();
    await add(learner, 9);
    // Past this the frozen copies differ from the trained nets, and lambda is still on its way up.
    await learner.update(6);
    await same(learner, async (one) => {
      const made = await losses(one, 3);
      await add(one, 10);
      return [...made, ...(await losses(one, 6))];
    });
  });

  it("goes on bit for bit where episodes are shared: which are a task's own, and which tell tasks apart", async () => {
    const config = tinyConfig({ sharedShare: 0.5, context: { count: 3, least: 1, episodes: 2 } });
    const sharing = () => new Learner(smac(tinySpec(), config), 5);
    const learner = sharing();
    const shared = (task: number) => ({ episode: episode(task, 5), made: episode(1 - task, 5).reward });
    for (const task of [0, 1]) learner.addOffline(task, [episode(task, 0)], [shared(task)]);
    await learner.update(3);
    await same(
      learner,
      async (one) => {
        const offline = await losses(one, 4);
        await one.beginPractice();
        await one.addPractice(rollout(1, 9), true);
        return [...offline, ...(await losses(one, 4))];
      },
      sharing(),
    );
    expect(learner.memory[0]!.contrasts).to.deep.equal([5, 6, 7, 8, 9]);
    expect(learner.memory[0]!.ownCount).to.equal(5);
  });

  it("may be taken twice from one file, and before any update", async () => {
    const learner = tinyLearner();
    await saveCheckpoint(learner, file, null);
    const [a, b] = [fresh(1), fresh(2)];
    expect(await loadCheckpoint(a, file)).to.equal(null);
    await loadCheckpoint(b, file);
    expect(await losses(a, 3)).to.deep.equal(await losses(b, 3));
    await Promise.all([learner, a, b].map((one) => one.dispose()));
  });

  describe("that is no good is refused with one sentence and the remedy:", () => {
    const refused = async (victim = fresh()) => {
      const before = victim.trained.flat.slice();
      let error: unknown;
      await loadCheckpoint(victim, file).catch((e: unknown) => (error = e));
      expect(isOnarmError(error), `an error of ours, not ${String(error)}`).to.equal(true);
      expect(victim.trained.flat, "weights of who refused it").to.deep.equal(before);
      const { code, message } = error as { code: string; message: string };
      expect(message).to.include(file);
      return code;
    };
    const write = async () => {
      const learner = tinyLearner();
      await learner.update(2);
      await learner.beginPractice();
      await add(learner, 9);
      await saveCheckpoint(learner, file, { updates: 2 });
      await learner.dispose();
      return readFile(file);
    };

    it("none is there", async () => {
      await rm(file, { force: true });
      expect(await refused()).to.equal("file.missing");
      expect(await messageOf(() => loadCheckpoint(fresh(), file))).to.include("without --resume");
    });

    it("it is cut, at any byte", async () => {
      const whole = await write();
      const cuts = [
        0,
        1,
        7,
        8,
        9,
        whole.length - 1,
        ...Array.from({ length: 60 }, (_, i) => Math.floor((i * whole.length) / 60)),
      ];
      const victim = fresh();
      for (const cut of cuts) {
        await writeFile(file, whole.subarray(0, cut));
        expect(await refused(victim), `cut at ${cut} of ${whole.length}`).to.equal("file.damaged");
      }
      await writeFile(file, whole);
      await loadCheckpoint(victim, file);
      expect(victim.updates, "the whole one is not").to.equal(2);
      await victim.dispose();
    });

    it("it is of another domain", async () => {
      await write();
      expect(await refused(new Learner(smac(tinySpec({ name: "other" }), tinyConfig()), 1))).to.equal("file.damaged");
    });

    it("it is of nets of another size", async () => {
      await write();
      const nets = { latent: 3, encoder: [5], decoder: [4], policy: [4], critic: [4] };
      expect(await refused(new Learner(smac(tinySpec(), tinyConfig({ nets })), 1))).to.equal("file.damaged");
    });

    it("it is another kind of file", async () => {
      await writeFile(file, encodeSafetensors({ tensors: { a: { shape: [1], data: new Float32Array(1) } }, metadata: {} }));
      expect(await refused()).to.equal("file.damaged");
      for (const state of ["null", "7", "{}", '{"schema":2,"domain":"tiny"}']) {
        await writeFile(file, encodeSafetensors({ tensors: {}, metadata: { state } }));
        expect(await refused(), state).to.equal("file.damaged");
      }
    });

    it("a column of it is missing", async () => {
      const { decodeSafetensors } = await import("../../../src/engine/safetensors.ts");
      const whole = decodeSafetensors(await write(), file);
      for (const name of ["trained", "adam.v", "frozen", "1.terminated", "1.observation", "1.spans", "0.reward"]) {
        const { [name]: _gone, ...tensors } = whole.tensors;
        await writeFile(file, encodeSafetensors({ ...whole, tensors }));
        expect(await codeOf(() => loadCheckpoint(fresh(), file)), name).to.equal("file.damaged");
      }
    });
  });

  it("that cannot be written leaves the one before", async () => {
    const learner = tinyLearner();
    await saveCheckpoint(learner, file, "first");
    const there = await readFile(file);
    await codeOf(() => saveCheckpoint(learner, path.join(folder, "no", "such", "folder"), "second"));
    expect(await readFile(file)).to.deep.equal(there);
    await learner.dispose();
  });
});
