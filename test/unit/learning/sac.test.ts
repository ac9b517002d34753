import { expect } from "chai";
import { SAC_LOSSES, sacDefault, sacUpdate, squashedLogProb } from "../../../src/learning/sac.ts";
import { batchShapes, ENTROPY, targetShapes, trainedShapes } from "../../../src/learning/sac.ts";
import { SacLearner } from "../../../src/learning/sacLearner.ts";
import type { Episode } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import { dense, differences, evaluate, randomArrays, relativeError, type Arrays } from "../engine/reference.ts";
import { ask, MODES } from "./ask.ts";
import { codeOf, episode, tinySpec } from "./tiny.ts";

const spec = tinySpec();
const [O, A, G] = [3, 2, 2];
const config = { ...sacDefault, hidden: [5, 4], batch: 6, discount: 0.9, entropy: -0.8 };
const goals = [Float32Array.of(0.5, -1), Float32Array.of(-0.5, 1)];

/** Soft actor-critic in plain float64, row by row. `held`: the weights that a loss takes as constants. */
function losses(p: Arrays, held: Arrays, b: Arrays): Record<(typeof SAC_LOSSES)[number], number> {
  const net = (w: Arrays, name: string, x: number[]): number[] => {
    let row = Float64Array.from(x);
    for (let layer = 0; w[`${name}.w${layer}`]; layer++) {
      row = dense(row, w[`${name}.w${layer}`]!, w[`${name}.b${layer}`]!) as Float64Array<ArrayBuffer>;
      if (w[`${name}.w${layer + 1}`]) row = row.map((value) => Math.max(0, value));
    }
    return [...row];
  };
  const row = (name: string, i: number, width: number) => [...b[name]!.subarray(i * width, (i + 1) * width)];
  const act = (w: Arrays, observation: number[], goal: number[], noise: number[]) => {
    const out = net(w, "pi", [...observation, ...goal]);
    const sampled = noise.map((e, k) => {
      const logStd = Math.max(-20, Math.min(2, out[A + k]!));
      const a = Math.tanh(out[k]! + Math.exp(logStd) * e);
      return { a, logProb: -0.5 * e * e - logStd - 0.5 * Math.log(2 * Math.PI) - Math.log(1 - a * a) };
    });
    return { action: sampled.map(({ a }) => a), logProb: sampled.reduce((sum, { logProb }) => sum + logProb, 0) };
  };
  const alpha = Math.exp(held[ENTROPY]![0]!);
  const rows = Array.from({ length: config.batch }, (_, i) => {
    const [s, next, g, a] = [row("observation", i, O), row("nextObservation", i, O), row("goal", i, G), row("action", i, A)];
    const after = act(held, next, g, row("nextActionNoise", i, A));
    const bar = Math.min(...["t1", "t2"].map((t) => net(held, t, [...next, ...after.action, ...g])[0]!));
    const soft = bar - alpha * after.logProb;
    const y = b.reward![i]! + (1 - b.terminated![i]!) * config.discount * soft;
    const now = act(p, s, g, row("actionNoise", i, A));
    const q = Math.min(...["q1", "q2"].map((t) => net(held, t, [...s, ...now.action, ...g])[0]!));
    const [q1, q2] = ["q1", "q2"].map((t) => net(p, t, [...s, ...a, ...g])[0]!) as [number, number];
    const heldLogProb = act(held, s, g, row("actionNoise", i, A)).logProb;
    return {
      critic1: (q1 - y) ** 2,
      critic2: (q2 - y) ** 2,
      actor: alpha * now.logProb - q,
      entropy: -p[ENTROPY]![0]! * (heldLogProb - 0.8 * A),
      logProb: now.logProb,
      q: q1,
    };
  });
  const mean = (name: keyof (typeof rows)[number]) => rows.reduce((sum, one) => sum + one[name], 0) / rows.length;
  return Object.fromEntries(SAC_LOSSES.map((name) => [name, mean(name)])) as never;
}

describe("the losses of the behaviour learner", () => {
  const [trained, targets, batch] = [trainedShapes(spec, G, config), targetShapes(spec, G, config), batchShapes(spec, G, config)];
  const values = {
    ...randomArrays({ ...trained, ...targets }, "sac weights"),
    ...randomArrays(batch, "sac batch", (r) => r.between(-0.9, 0.9)),
  };
  values.terminated!.fill(0);
  values.terminated![1] = 1;

  for (const mode of MODES)
    it(`and their gradients are those of the equations in float64, ${mode}`, async () => {
      const found = await evaluate(sacUpdate(spec, G, config), { ...trained, ...targets, ...batch }, values, mode);
      const wanted = losses(values, values, values);
      SAC_LOSSES.forEach((name, i) => expect(relativeError([found.losses![i]!], [wanted[name]]), name).to.be.below(1e-4));
      const sum = (p: Arrays) => {
        const { critic1, critic2, actor, entropy } = losses(p, values, p);
        return critic1 + critic2 + actor + entropy;
      };
      const names = Object.keys(trained);
      expect(Object.keys(found).length).to.equal(1 + names.length);
      for (const [name, gradient] of Object.entries(differences(sum, values, names))) {
        expect(Math.max(...gradient.map(Math.abs)), name).to.be.above(1e-4);
        expect(relativeError(found[`g.${name}`]!, gradient), name).to.be.below(1e-4);
      }
    });

  for (const mode of MODES)
    it(`stay finite where the squashed action is 1 to all digits, ${mode}`, async () => {
      const of = (mean: number) =>
        ask(mode, ({ m, s, e }) => ({ out: squashedLogProb({ mean: m!, logStd: s! }, e!) }), {
          m: [[1, 1], [mean]],
          s: [[1, 1], [-1]],
          e: [[1, 1], [0.3]],
        }).then(({ out }) => out![0]!);
      // log(1 - tanh(u)^2) -> 2 (log 2 - |u|) far out.
      const gaussian = -0.5 * 0.09 + 1 - 0.5 * Math.log(2 * Math.PI);
      for (const mean of [40, -40]) {
        const u = mean + 0.3 * Math.exp(-1);
        expect(await of(mean)).to.be.closeTo(gaussian - 2 * (Math.LN2 - Math.abs(u)), 1e-3);
      }
    });
});

describe("the behaviour learner", () => {
  const learner = async (seed = 3) => {
    const made = await SacLearner.create(spec, goals, seed, config);
    for (const task of [0, 1]) made.add(episode(task, 0));
    return made;
  };

  it("repeats its updates bit for bit from a seed, and does others from another", async () => {
    const [a, b, c] = [await learner(), await learner(), await learner(4)];
    const metrics = await a.update(20);
    expect(await b.update(20)).to.deep.equal(metrics);
    expect(b.trained.flat).to.deep.equal(a.trained.flat);
    expect(await c.update(20)).to.not.deep.equal(metrics);
  });

  it("learns to do what its goal says, other things for other goals", async () => {
    const made = await SacLearner.create(spec, goals, 1, { ...sacDefault, hidden: [32, 32], batch: 64, learningRate: 3e-3 });
    const stream = rng("bandit");
    // One step each, rewarded by how near the action is to half the goal.
    for (let i = 0; i < 400; i++) {
      const [task, action] = [i % 2, Float32Array.from({ length: A }, () => stream.between(-1, 1))];
      const reward = -Math.hypot(...action.map((a, k) => a - goals[task]![k]! / 2));
      const one: Episode = {
        ...episode(task, i, { steps: 1, terminated: true }),
        action,
        reward: Float32Array.of(reward),
      };
      made.add(one);
    }
    await made.update(600);
    for (const goal of goals) {
      const action = await made.act(new Float32Array(O), goal, undefined);
      for (const k of [0, 1]) expect(action[k]).to.be.closeTo(goal[k]! / 2, 0.2);
    }
  });

  it("refuses goals of different widths, of none, or that are no numbers, and updates on nothing", async () => {
    const of = (...told: number[][]) =>
      codeOf(() =>
        SacLearner.create(
          spec,
          told.map((goal) => Float32Array.from(goal)),
          1,
          config,
        ),
      );
    for (const told of [[], [[]], [[1], [1, 2]], [[NaN]]]) expect(await of(...told)).to.equal("tasks.invalid");
    const empty = await SacLearner.create(spec, goals, 1, config);
    expect(await codeOf(() => empty.update(1))).to.equal("usage.invalid");
    const full = await learner();
    for (const count of [0, NaN]) expect(await codeOf(() => full.update(count))).to.equal("usage.invalid");
  });

  it("stops at the first loss that is no number", async () => {
    const made = await learner();
    made.trained.views["q1.w0"]![0] = NaN;
    expect(await codeOf(() => made.update(5))).to.equal("learning.diverged");
    expect(made.updates).to.equal(0);
  });
});
