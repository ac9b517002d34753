import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { tf } from "../../../src/engine/engine.ts";
import type { Tensors } from "../../../src/engine/engine.ts";
import { algorithm, algorithmConfig } from "../../../src/learning/algorithms.ts";
import { MACAW_LOSSES } from "../../../src/learning/macaw.ts";
import type { MacawConfig } from "../../../src/learning/macaw.ts";
import { Learner } from "../../../src/learning/learner.ts";
import { advantageOf, awrWeights, generate, policyLosses } from "../../../src/policy/macaw.ts";
import type { Rows } from "../../../src/policy/macaw.ts";
import { MacawFloat64, rowsOf } from "../../support/macawFloat64.ts";
import { differences, evaluate, randomArrays, relativeError, type Arrays } from "../engine/reference.ts";
import { ask, MODES, near } from "./ask.ts";
import { episode, tinySpec } from "./tiny.ts";

const size = { T: 2, N: 4, K: 3 };
const [O, A] = [3, 2];
const spec = tinySpec();
const over = {
  nets: { policy: [3], critic: [3], transform: 2, advantage: [2] },
  sigma: 0.5,
  temperature: 0.4,
  context: { count: 3, least: 3, episodes: 2 },
};
const config = algorithmConfig("macaw", "default", spec, over) as MacawConfig;
const made = algorithm("macaw", spec, config);
const shapes = { ...made.trained, ...made.batch(size) };

function numbers(rate: number): Arrays {
  const values = randomArrays(shapes, "macaw a");
  const r = rng("macaw actions");
  const action = () => Math.fround(r.between(-0.9, 0.9));
  values.action = values.action!.map(action);
  values.context = values.context!.map((x, i) => (i % 6 >= O && i % 6 < O + A ? action() : x));
  values.mask = values.mask!.map(() => 1);
  for (const name of Object.keys(values))
    if (name.startsWith("rate.")) values[name] = Float64Array.of(Math.fround(Math.log(Math.expm1(rate))));
  return values;
}

/** The same batch as the oracle reads it: support and query rows of each task. */
function tasksOf(v: Arrays) {
  const row = O + A + 1;
  const support = (t: number) => {
    const rows = Array.from({ length: size.K }, (_, k) => [
      ...v.context!.subarray((t * size.K + k) * row, (t * size.K + k + 1) * row),
    ]);
    return {
      observation: rows.map((x) => x.slice(0, O)),
      action: rows.map((x) => x.slice(O, O + A)),
      return: [...v.contextReturn!.subarray(t * size.K, (t + 1) * size.K)],
    };
  };
  const all = { observation: v.observation!, action: v.action!, return: v.return! };
  return [0, 1].map((t) => ({ support: support(t), query: rowsOf(all, t * size.N, size.N, O, A) }));
}

describe("MACAW's update", () => {
  const oracle = new MacawFloat64({ O, A, policy: [3], critic: [3], sigma: config.sigma, temperature: config.temperature });
  const values = numbers(0.3);
  const tasks = tasksOf(values);
  const outer = (v: Arrays) => {
    const { value, actor } = oracle.outer(v, values, tasks);
    return value + actor;
  };
  let wanted: Arrays;
  before(function () {
    this.timeout(120_000);
    wanted = differences(outer, values, Object.keys(made.trained), 1e-4);
  });

  it("is tested where every part of it counts", () => {
    for (const name of [
      "pi.z0",
      "pi.t0",
      "pi.c1",
      "adv.w0",
      "adv.b1",
      "v.z0",
      "v.c1",
      "rate.advantage",
      "rate.pi.t0",
      "rate.v.z1",
    ])
      expect(Math.max(...wanted[name]!.map(Math.abs)), name).to.be.above(1e-4);
  });

  for (const mode of MODES) {
    it(`has the losses of one inner step and the meta-gradient through it, rates included, as float64 differences say (U7), ${mode}`, async () => {
      const found = await evaluate(made.update(size, false), shapes, values, mode);
      const { value, actor } = oracle.outer(values, values, tasks);
      expect(near(found.losses!.subarray(0, 2), [value, actor], 1e-4)).to.equal(true);
      for (const [name, gradient] of Object.entries(wanted))
        expect(relativeError(found[`g.${name}`]!, gradient), name).to.be.below(2e-4);
    });

    it(`is multi-task advantage-weighted regression where the inner rates are 0 (U7), ${mode}`, async () => {
      const still = Object.fromEntries(
        Object.entries(values).map(([name, x]) => [name, name.startsWith("rate.") ? x.map(() => -200) : x]),
      );
      const found = await evaluate(made.update(size, false), shapes, still, mode);
      const [value, actor, valueBefore, actorBefore] = found.losses!;
      expect([value, actor]).to.deep.equal([valueBefore, actorBefore]);
      const awr = await evaluate((inputs) => regression(inputs), shapes, still, mode);
      for (const [name, gradient] of Object.entries(awr)) expect(relativeError(found[name]!, gradient), name).to.be.below(1e-5);
      expect(Object.keys(awr)).to.include("g.pi.t1");
    });
  }

  it("steps second-order: without the path through the inner gradient the meta-gradient would be another", () => {
    // What a first-order method takes: the outer gradient at the stepped weights. It differs from the one above by far more than rounding.
    const stepped = tasks.map(({ support, query }) => ({ v: oracle.valueStep(values, support), query }));
    const first = differences(
      (v) =>
        stepped.reduce(
          (sum, { v: at, query }) =>
            sum + oracle.valueLoss({ ...at, "v.c0": at["v.c0"]!.map((x, i) => x + v["v.c0"]![i]!) }, query) / 2,
          0,
        ),
      { ...values, "v.c0": values["v.c0"]!.map(() => 0) },
      ["v.c0"],
      1e-4,
    );
    expect(relativeError(first["v.c0"]!, wanted["v.c0"]!)).to.be.above(0.01);
  });
});

/** The gradient of mean L_AWR over tasks with respect to the policy's parameters, without any inner step. */
function regression(b: Tensors): Tensors {
  const query: Rows = {
    observation: tf.reshape(b.observation!, [2, 4, O]),
    action: tf.reshape(b.action!, [2, 4, A]),
    return: tf.reshape(b.return!, [2, 4, 1]),
    mask: tf.ones([2, 4, 1]),
  };
  const names = Object.keys(made.trained).filter((name) => name.startsWith("pi."));
  const loss = (...xs: tf.Tensor[]) => {
    const generated = generate({ ...b, ...Object.fromEntries(names.map((name, i) => [name, xs[i]!])) }, spec, config.nets, 2);
    return tf.div(policyLosses(generated, b, query, advantageOf(generated, query), config).awr, 2) as tf.Scalar;
  };
  const gradients = tf.grads(loss)(names.map((name) => b[name]!));
  return Object.fromEntries(names.map((name, i) => [`g.${name}`, gradients[i]!]));
}

describe("MACAW's advantage weights", () => {
  const weigh = async (advantage: readonly number[], temperature = 1, mask = advantage.map(() => 1)) => {
    const { w } = await ask("compiled", ({ a, m }) => ({ w: awrWeights(a!, m!, temperature) }), {
      a: [[1, advantage.length, 1], advantage],
      m: [[1, advantage.length, 1], mask],
    });
    return [...w!];
  };

  it("are e for an advantage one standard deviation above the mean, and 1 where all are equal", async () => {
    expect(near(await weigh([1, -1]), [Math.E, 1 / Math.E], 1e-4)).to.equal(true);
    expect(near(await weigh([3, 3, 3]), [1, 1, 1])).to.equal(true);
  });

  it("do not change when every advantage is scaled or shifted", async () => {
    const [plain, moved] = [await weigh([0.1, -0.4, 0.7]), await weigh([10.2, 9.2, 11.4])];
    expect(near(moved, plain, 1e-4)).to.equal(true);
  });

  it("never exceed 20", async () => {
    expect(Math.max(...(await weigh([100, 0, 0, 0, 0], 0.1)))).to.be.closeTo(20, 1e-4);
  });

  it("do not see masked rows", async () => {
    const [whole, masked] = [await weigh([1, -1]), await weigh([1, -1, 50], 1, [1, 1, 0])];
    expect(near(masked.slice(0, 2), whole, 1e-5)).to.equal(true);
  });
});

describe("a learner of MACAW", () => {
  const learner = (seed = 3) => {
    const one = new Learner(
      algorithm("macaw", spec, algorithmConfig("macaw", "default", spec, { ...over, metaBatch: 2, batch: 4 })),
      seed,
    );
    for (const task of [0, 1]) one.addOffline(task, [episode(task, 0), episode(task, 1)]);
    return one;
  };

  it("begins as an ordinary net: every inner rate as configured, and the weight of the advantage loss", () => {
    const { views } = learner().trained;
    const rates = Object.entries(views).filter(([name]) => name.startsWith("rate."));
    for (const [name, [x]] of rates)
      expect(Math.log1p(Math.exp(x!)), name).to.be.closeTo(
        name === "rate.advantage" ? config.advantageWeight : config.innerRate,
        1e-6,
      );
    expect(rates.length).to.equal(13);
  });

  it("learns to tell tasks apart by the inner step, where one wants what the other does not, and at its own rates", async () => {
    const config = algorithmConfig("macaw", "default", spec, { ...over, metaBatch: 2, batch: 4, learningRate: 0.01 });
    const one = new Learner(algorithm("macaw", spec, config), 3);
    const wanting = (task: number, index: number) => {
      const made = episode(task, index);
      return { ...made, action: made.action.map(() => (task === 0 ? 0.8 : -0.8)) };
    };
    for (const task of [0, 1]) one.addOffline(task, [wanting(task, 0), wanting(task, 1)]);
    const start = one.trained.views["rate.pi.c0"]!.slice();
    await one.update(150);
    let [after, before] = [0, 0];
    for (let u = 0; u < 20; u++) {
      const { actor, actorBefore } = await one.update(1);
      [after, before] = [after + actor!, before + actorBefore!];
    }
    expect(after).to.be.below(before - 20);
    expect(one.trained.views["rate.pi.c0"]).to.not.deep.equal(start);
    await one.dispose();
  });

  it("repeats bit for bit from a seed, and not from another", async () => {
    const run = async (seed: number) => {
      const one = learner(seed);
      const metrics = await one.update(5);
      await one.dispose();
      return MACAW_LOSSES.map((name) => metrics[name]);
    };
    expect(await run(3)).to.deep.equal(await run(3));
    expect(await run(3)).to.not.deep.equal(await run(4));
  });

  it("has no online phase", async () => {
    const one = learner();
    const refusal = await one.beginPractice().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(refusal).to.match(/macaw has no online phase/);
  });
});
