import { expect } from "chai";
import fc from "fast-check";
import { goalDirected, randomPrimitives } from "../../../src/control/scripted.ts";
import { rewardedRollout } from "../../../src/control/rollout.ts";
import { rng } from "../../../src/domain/rng.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import { sawyerObservation } from "../../../src/policy/observation.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";
import { aimKinds } from "../../../src/tasks/sawyer.ts";
import type { AimKind, SawyerTask } from "../../../src/tasks/sawyer.ts";
import { sawyerBench } from "./sawyerBench.ts";

const seen = (things: Parameters<typeof sawyerObservation>[1]["facts"]) =>
  sawyerObservation([0.58, 0, 0.12], { at: seconds(0), facts: things });
const drawer = { position: [0.6, 0.155, -0.005] as const, travel: metres(0), valid: true };
const button = { position: [0.62, -0.15, 0.01] as const, travel: metres(0), valid: true };

describe("the scripted hand", () => {
  it("asks for numbers in [-1, 1] however strong the noise, and repeats them from the same seed", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 10, noNaN: true }), (seed, noise) => {
        const run = () => {
          const act = randomPrimitives(rng(seed), { noise });
          return Array.from({ length: 20 }, () => [...act(seen({ drawer, button }))]);
        };
        const actions = run();
        return actions.flat().every((a) => a >= -1 && a <= 1) && JSON.stringify(actions) === JSON.stringify(run());
      }),
      { numRuns: 50 },
    );
  });

  it("carries noise of the standard deviation asked for, 0.3 unless said otherwise", () => {
    const spread = (options?: { noise: number }) => {
      const xs = Array.from({ length: 4000 }, (_, k) => {
        const act = goalDirected({ kind: "reach", goal: [0.58, 0, 0.12] }, rng("noise", k), options);
        return act(seen({}))[0]!;
      });
      return Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0) / xs.length);
    };
    expect(spread()).to.be.closeTo(0.3, 0.02);
    expect(spread({ noise: 0.1 })).to.be.closeTo(0.1, 0.01);
    expect(spread({ noise: 0 })).to.be.below(1e-5);
  });

  it("does nothing but reach in an empty scene, and asks for nothing that is no number", () => {
    const act = randomPrimitives(rng(1), { noise: 0 });
    for (let k = 0; k < 100; k++) {
      const action = [...act(seen({}))];
      expect(action.every(Number.isFinite)).to.equal(true);
      expect(action.at(-1), "grip").to.equal(1);
    }
  });

  describe("on the twin", () => {
    const tasksOf = (kind: AimKind, n: number) => {
      const found: SawyerTask[] = [];
      for (let id = 0; found.length < n; id++) {
        const task = sawyerTask("train", 4, id);
        if (task.aim.kind === kind) found.push(task);
      }
      return found;
    };
    let bench: Awaited<ReturnType<typeof sawyerBench>>;
    before(async () => void (bench = await sawyerBench()));

    for (const kind of aimKinds)
      it(`achieves ${kind} in ten drawn scenes of ten, without noise, clamp or stop`, async () => {
        const failed: number[] = [];
        for (const task of tasksOf(kind, 10)) {
          const act = goalDirected(task.aim, rng("test", task.id), { noise: 0 });
          const { outcome } = await rewardedRollout(bench.environment, task, act, { task: task.id });
          if (!outcome.success) failed.push(task.id);
        }
        expect(failed).to.deep.equal([]);
        expect(bench.controller.counters()).to.include({ clamps: 0, stops: 0 });
      });

    it("without an aim opens the drawer in some episodes and not in others", async () => {
      let opened = 0;
      for (const task of tasksOf("open-drawer", 12)) {
        const { outcome } = await rewardedRollout(bench.environment, task, randomPrimitives(rng("any", task.id)), {
          task: task.id,
        });
        if (outcome.successAny) opened++;
      }
      expect(opened).to.be.within(1, 11);
    });
  });
});
