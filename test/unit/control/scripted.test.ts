import { expect } from "chai";
import fc from "fast-check";
import { facts } from "../../../src/control/primitives.ts";
import { goalDirected, randomPrimitives } from "../../../src/control/scripted.ts";
import { rewardedRollout } from "../../../src/control/rollout.ts";
import { rng } from "../../../src/domain/rng.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import { sawyerObservation } from "../../../src/policy/observation.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";
import type { AimKind, SawyerTask } from "../../../src/tasks/sawyer.ts";
import { sawyerBench } from "./sawyerBench.ts";

const seen = (things: Parameters<typeof sawyerObservation>[1]["facts"]) =>
  sawyerObservation([0.58, 0, 0.12], { at: seconds(0), facts: things });
const drawer = { position: [0.6, 0.155, -0.005] as const, travel: metres(0), valid: true };
const button = { position: [0.62, -0.15, 0.01] as const, travel: metres(0), valid: true };

describe("the scripted hand", () => {
  it("knows what the observation says, and nothing of what is absent", () => {
    const all = facts(seen({ drawer, button }));
    expect(all.drawer!.y).to.be.closeTo(0.155, 1e-6);
    expect([all.drawer!.side, facts(seen({ drawer: { ...drawer, position: [0.6, -0.02, 0] } })).drawer!.side]).to.deep.equal([
      1, -1,
    ]);
    expect(all.button!.x).to.be.closeTo(0.62, 1e-6);
    expect(facts(seen({}))).to.have.all.keys("tip");
  });

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

  it("does nothing but reach in an empty scene, and does not fail where its thing has vanished", () => {
    const act = randomPrimitives(rng(1), { noise: 0 });
    for (let k = 0; k < 100; k++) expect([...act(seen({}))].every(Number.isFinite)).to.equal(true);
    for (const kind of ["open-drawer", "close-drawer", "press-button"] as const)
      expect([...goalDirected({ kind }, rng(1), { noise: 0 })(seen({}))]).to.deep.equal([0, 0, 0]);
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

    for (const kind of ["reach", "open-drawer", "close-drawer", "press-button"] as const)
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
