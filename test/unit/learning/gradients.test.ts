import { readFileSync } from "node:fs";
import { expect } from "chai";
import { LOSSES, batchShapes, smacUpdate } from "../../../src/learning/losses.ts";
import { paper, type SmacConfig } from "../../../src/learning/config.ts";
import { smacShapes, targetShapes } from "../../../src/learning/parameters.ts";
import { SmacFloat64, type Float64Problem, type Losses } from "../../support/smacFloat64.ts";
import { evaluate, relativeError } from "../engine/reference.ts";
import { MODES, type Mode } from "./ask.ts";
import { tinyNets, tinySpec } from "./tiny.ts";

interface Golden {
  readonly title: string;
  readonly problem: Float64Problem;
  readonly losses: Losses;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(readFileSync(new URL("../../golden/smac-gradients.json", import.meta.url), "utf8")) as Golden[];

describe("SMAC's losses and gradients", () => {
  for (const { title, problem, losses, gradients } of golden)
    describe(`(${title})`, () => {
      const { T, N, K } = problem.sizes;
      const spec = tinySpec(problem.head === "bernoulli" ? { reward: { kind: "sparse", low: problem.low } } : {});
      const { head, discount, rewardScale, temperature, weighting, klWeight } = problem;
      const config: SmacConfig = { ...paper, nets: tinyNets, head, discount, rewardScale, temperature, weighting, klWeight };

      const shapes = { ...smacShapes(spec, config), ...targetShapes(spec, config) };
      const update = (mode: Mode) =>
        evaluate(
          smacUpdate(spec, config, { T, N, K }, problem.lambda > 0),
          { ...shapes, ...batchShapes(spec, config, { T, N, K }) },
          Object.fromEntries(
            Object.entries({ ...problem.weights, ...problem.batch, lambda: [problem.lambda] }).map(([name, xs]) => [
              name,
              Float64Array.from(xs),
            ]),
          ),
          mode,
        );

      for (const mode of MODES)
        it(`agree with float64 to 1e-4, ${mode}`, async () => {
          expect(shapes).to.deep.equal(problem.shapes);
          const found = await update(mode);
          LOSSES.forEach((name, i) => expect(relativeError([found["losses"]![i]!], [losses[name]]), name).to.be.below(1e-4));
          expect(Object.keys(found).length).to.equal(1 + Object.keys(gradients).length);
          for (const [name, gradient] of Object.entries(gradients))
            expect(relativeError(found[`g.${name}`]!, gradient), name).to.be.below(1e-4);
        });

      it("are the same compiled and eager, to 1e-5", async () => {
        const [compiled, eager] = [await update("compiled"), await update("eager")];
        expect(Object.keys(compiled)).to.deep.equal(Object.keys(eager));
        for (const name of Object.keys(compiled)) expect(relativeError(compiled[name]!, eager[name]!), name).to.be.below(1e-5);
      });

      it("are those of one step where a target that looks ahead is told of one step only", async () => {
        const ahead: SmacConfig = { ...config, returnSteps: 3 };
        const { batch } = problem;
        const evaluated = await evaluate(
          smacUpdate(spec, ahead, { T, N, K }, problem.lambda > 0),
          { ...shapes, ...batchShapes(spec, ahead, { T, N, K }) },
          Object.fromEntries(
            Object.entries({
              ...problem.weights,
              ...batch,
              aheadReward: batch.reward!,
              aheadObservation: batch.nextObservation!,
              aheadDiscount: batch.terminated!.map((ended) => discount * (1 - ended)),
              lambda: [problem.lambda],
            }).map(([name, xs]) => [name, Float64Array.from(xs)]),
          ),
          "compiled",
        );
        const found = await update("compiled");
        for (const name of Object.keys(found)) expect(relativeError(evaluated[name]!, found[name]!), name).to.be.below(1e-5);
      });

      it("are in the golden file what differences of another step give, to 1e-5", () => {
        const smac = new SmacFloat64(problem);
        const held = smac.held();
        expect(smac.losses()).to.deep.equal(losses);
        for (const name of ["enc.w0", "enc.b2", "dec.w0", "dec.b1", "pi.w0", "pi.b1", "q1.w1", "q2.b2"]) {
          const gradient = gradients[name]!;
          expect(Math.max(...gradient.map(Math.abs)), name).to.be.above(1e-3);
          const again = gradient.map((_, i) => smac.derivative(name, i, held, 1e-5));
          expect(relativeError(again, gradient), name).to.be.below(1e-5);
        }
      });
    });
});
