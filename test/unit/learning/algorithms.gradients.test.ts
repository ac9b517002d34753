import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { algorithm, algorithmConfig } from "../../../src/learning/algorithms.ts";
import type { AlgorithmName } from "../../../src/learning/algorithms.ts";
import { awacLosses, bcLoss, pearlLosses, type Values } from "../../support/algorithmsFloat64.ts";
import { differences, evaluate, randomArrays, relativeError } from "../engine/reference.ts";
import { MODES } from "./ask.ts";
import { tinySpec } from "./tiny.ts";

const sizes = { T: 2, N: 4, K: 3, O: 3, A: 2, Z: 2 };
const spec = tinySpec();
const blind = { policy: [4], critic: [4, 3] };

interface Case {
  readonly name: AlgorithmName;
  readonly over: Readonly<Record<string, unknown>>;
  /** Every loss by name, and their weighed sum; `base` is where constants are taken. */
  readonly losses: (v: Values, base: Values) => Readonly<Record<string, number>>;
  readonly sum: (losses: Readonly<Record<string, number>>) => number;
}
const plain = (losses: Readonly<Record<string, number>>) => losses.critic1! + losses.critic2! + losses.actor!;
const awacHow = { discount: 0.9, rewardScale: 5, temperature: 0.7 };
const pearlHow = { discount: 0.9, rewardScale: 5, entropy: 0.3, regularisation: 0.2 };
const cases: Readonly<Record<string, Case>> = {
  "bc, mean -log pi(a|s)": {
    name: "bc",
    over: { nets: { policy: [4] } },
    losses: (v) => ({ actor: bcLoss(v, sizes) }),
    sum: ({ actor }) => actor!,
  },
  "awac, weights within each task": {
    name: "awac",
    over: { nets: blind, ...awacHow, weighting: "task" },
    losses: (v, base) => awacLosses(v, base, sizes, { ...awacHow, groups: 2 }),
    sum: plain,
  },
  "awac, weights over the batch": {
    name: "awac",
    over: { nets: blind, ...awacHow, weighting: "batch" },
    losses: (v, base) => awacLosses(v, base, sizes, { ...awacHow, groups: 1 }),
    sum: plain,
  },
  "pearl, whose encoder learns from its critics": {
    name: "pearl",
    over: { nets: { latent: 2, encoder: [5, 4], ...blind }, ...pearlHow, klWeight: 0.1 },
    losses: (v, base) => pearlLosses(v, base, sizes, pearlHow),
    sum: (losses) => plain(losses) + losses.value! + 0.1 * losses.kl!,
  },
};

describe("the algorithms beside SMAC", () => {
  for (const [title, { name, over, losses, sum }] of Object.entries(cases)) {
    const made = algorithm(name, spec, algorithmConfig(name, "default", spec, over));
    const shapes = { ...made.trained, ...made.targets, ...made.batch(sizes) };
    const values = randomArrays(shapes, title);
    const r = rng("stored actions", title);
    values.action = values.action!.map(() => Math.fround(r.between(-0.9, 0.9)));
    if (values.terminated) values.terminated = values.terminated.map((_, i) => Number(i % 3 === 0));
    if (values.mask) values.mask = values.mask.map((_, i) => Number(i !== 2));
    const wanted = losses(values, values);
    const gradients = differences((v) => sum(losses(v, values)), values, Object.keys(made.trained));

    for (const mode of MODES)
      it(`${title}: losses and every gradient agree with float64 to 1e-4, ${mode}`, async () => {
        const found = await evaluate(made.update(sizes, false), shapes, values, mode);
        made.losses.forEach((loss, i) => {
          if (loss in wanted) expect(relativeError([found.losses![i]!], [wanted[loss]!]), loss).to.be.below(1e-4);
        });
        for (const [parameter, gradient] of Object.entries(gradients))
          expect(relativeError(found[`g.${parameter}`]!, gradient), parameter).to.be.below(1e-4);
      });

    it(`${title}: every net has a gradient that is worth comparing`, () => {
      for (const net of new Set(Object.keys(made.trained).map((parameter) => parameter.split(".")[0]!)))
        expect(Math.max(...gradients[`${net}.w0`]!.map(Math.abs)), net).to.be.above(1e-4);
    });
  }
});
