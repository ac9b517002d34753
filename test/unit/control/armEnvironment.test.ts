import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { goalDirected, randomPrimitives } from "../../../src/control/scripted.ts";
import { rewardedRollout, rollout } from "../../../src/control/rollout.ts";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import { sawyerObservation } from "../../../src/policy/observation.ts";
import { DRAWER_TRAVEL, REACH_RADIUS, START_TIP } from "../../../src/tasks/sawyer.ts";
import type { SawyerAim, SawyerTask } from "../../../src/tasks/sawyer.ts";
import { limits } from "./bench.ts";
import { sawyerBench } from "./sawyerBench.ts";

const drawer = (travel: number): SceneSpec => ({
  drawer: { position: [0.6, 0.21, -0.05], opens: [0, -1, 0], travel: metres(travel) },
});
const button: SceneSpec = { button: { position: [0.62, -0.15, 0.01] } };
const reaching: SawyerAim = { kind: "reach", goal: [0.58, 0, 0.12] };
const task = (scene: SceneSpec, aim: SawyerAim = reaching): SawyerTask => ({ id: 0, scene, aim });
const still = () => Float32Array.of(0, 0, 0, 0);
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (e: OnarmError) => e,
  );
const silent = { noise: 0 };

describe("the sawyer environment", () => {
  it("starts every episode with the tip at its start, hand upright and joints alike, from wherever it was", async () => {
    const { environment, tip, controller } = await sawyerBench();
    await environment.reset(task(button));
    const first = controller.state()!.position;
    for (const aim of [{ kind: "press-button" }, { kind: "reach", goal: [0.68, 0.18, 0.03] }] as const)
      await rollout(environment, task(button, aim), goalDirected(aim, rng(1)), { task: 0 });
    await environment.reset(task(button));
    expect(Math.hypot(...tip().map((x, i) => x - START_TIP[i]!))).to.be.below(0.01);
    expect(Math.max(...controller.state()!.position.map((x, i) => Math.abs(x - first[i]!)))).to.be.below(0.021);
    expect(controller.mode().is).to.equal("running");
  });

  it("starts where the caller wants it", async () => {
    const { environment, tip } = await sawyerBench({ startTip: () => [0.62, 0.05, 0.14] });
    await environment.reset(task(button));
    expect(Math.hypot(...tip().map((x, i) => x - [0.62, 0.05, 0.14][i]!))).to.be.below(0.01);
  });

  it("never teleports: in a reset too, no joint moves faster than its limit", async () => {
    const { environment, ticks } = await sawyerBench();
    const aim: SawyerAim = { kind: "open-drawer" };
    await rollout(environment, task(drawer(0), aim), goalDirected(aim, rng(1)), { task: 0 });
    await environment.reset(task(drawer(0)));
    await environment.reset(task(button));
    const jump = (k: number, i: number) => Math.abs(ticks[k]!.state!.position[i]! - ticks[k - 1]!.state!.position[i]!);
    for (let k = 1; k < ticks.length; k++)
      limits.joints.forEach(({ speed }, i) => expect(jump(k, i)).to.be.at.most(speed * 0.01 + 1e-4));
    expect(ticks.filter(({ sent }) => sent).length).to.equal(ticks.length);
  });

  it("has another scene set out by the arranger, once, while the tip is clear above it", async () => {
    const { environment, arranged } = await sawyerBench();
    await environment.reset(task(button));
    await environment.reset(task(button));
    await environment.reset(task(drawer(0)));
    expect(arranged.map(({ spec }) => spec)).to.deep.equal([button, drawer(0)]);
    for (const { tip } of arranged) expect(tip[2]).to.be.above(0.1);
  });

  it("pushes home a drawer that an episode left open, without the arranger", async () => {
    const { environment, arranged, controller } = await sawyerBench();
    const aim: SawyerAim = { kind: "open-drawer" };
    await rollout(environment, task(drawer(0), aim), goalDirected(aim, rng(1)), { task: 0 });
    expect(controller.scene()!.facts["drawer"]!.travel).to.be.above(0.08);
    await environment.reset(task(drawer(0), aim));
    expect(controller.scene()!.facts["drawer"]!.travel).to.be.below(0.02);
    expect(arranged.length).to.equal(1);
  });

  it("draws out a drawer that an episode left closed, without the arranger", async () => {
    const { environment, arranged, controller } = await sawyerBench();
    const aim: SawyerAim = { kind: "close-drawer" };
    await rollout(environment, task(drawer(DRAWER_TRAVEL), aim), goalDirected(aim, rng(1)), { task: 0 });
    await environment.reset(task(drawer(DRAWER_TRAVEL), aim));
    expect(controller.scene()!.facts["drawer"]!.travel).to.be.above(0.1);
    expect(arranged.length).to.equal(1);
  });

  it("asks the arranger for what the scripted hand cannot do: a drawer half open", async () => {
    const { environment, arranged, controller, twin } = await sawyerBench();
    await environment.reset(task(drawer(DRAWER_TRAVEL)));
    const began = twin.clock.now();
    await environment.reset(task(drawer(0.06)));
    expect(arranged.length).to.equal(2);
    // Not tried first: a try takes seconds.
    expect(twin.clock.now() - began).to.be.below(1);
    await environment.reset(task(drawer(0.06)));
    expect(arranged.length).to.equal(2);
    expect(controller.scene()!.facts["drawer"]!.travel).to.be.closeTo(0.06, 0.005);
  });

  it("asks the arranger when its own undoing has failed", async () => {
    const { environment, arranged, twin, controller } = await sawyerBench();
    await environment.reset(task(drawer(0)));
    // Somebody carried the drawer's cabinet away and put it down, open, where the scripted hand does not find it.
    const { arrange } = twin.scene;
    await arrange({ drawer: { position: [0.6, 0.5, -0.05], opens: [0, -1, 0], travel: metres(0.06) } });
    await environment.reset(task(drawer(0)));
    expect(arranged.length).to.equal(2);
    expect(controller.scene()!.facts["drawer"]!.position[1]).to.be.closeTo(0.21 - 0.055, 0.005);
  });

  it("has the scene set out again when it could not be set out before", async () => {
    let broken = false;
    const { environment, arranged, controller } = await sawyerBench({}, () => {
      if (broken) throw new Error("nobody there to do it");
    });
    await environment.reset(task(button));
    broken = true;
    expect(await caught(environment.reset(task(drawer(0))))).to.be.an("error");
    broken = false;
    expect(controller.mode().is).to.equal("resetting");
    await environment.reset(task(button));
    expect(arranged.length).to.equal(3);
  });

  it("acts for one policy period and shows what is measured then", async () => {
    const { environment, twin, tip, controller } = await sawyerBench();
    await environment.reset(task(button));
    const [began, from] = [twin.clock.now(), tip()];
    const { observation, terminated } = await environment.step(Float32Array.of(0, 1, 0, 0));
    expect(twin.clock.now() - began).to.be.closeTo(0.1, 1e-9);
    expect(tip()[1] - from[1]).to.be.within(0.003, 0.015);
    const { width } = await firstValueFrom(twin.gripper.state$);
    expect([...observation]).to.deep.equal([...sawyerObservation(tip(), controller.scene()!, width)]);
    expect(terminated).to.equal(false);
  });

  it("rewards the aim where it is true, and tells success at the end from success on the way", async () => {
    const { environment, tip } = await sawyerBench();
    await environment.reset(task(button, { kind: "reach", goal: [START_TIP[0], START_TIP[1] + 0.04, START_TIP[2]] }));
    await environment.step(still());
    expect([environment.reward(), environment.outcome()]).to.deep.equal([0, { success: true, successAny: true }]);
    for (let k = 0; k < 8; k++) await environment.step(Float32Array.of(0, -1, 0, 0));
    expect(Math.abs(tip()[1] - 0.04)).to.be.above(REACH_RADIUS);
    expect([environment.reward(), environment.outcome()]).to.deep.equal([-1, { success: false, successAny: true }]);
    await environment.reset(task(button, { kind: "press-button" }));
    expect(environment.outcome()).to.deep.equal({ success: false, successAny: false });
  });

  it("repeats an episode bit for bit from the same seed", async () => {
    const made = async () => {
      const { environment } = await sawyerBench();
      const scene = { ...drawer(0), ...button };
      return rewardedRollout(environment, task(scene, { kind: "press-button" }), randomPrimitives(rng(5)), { task: 0 });
    };
    const [one, two] = [await made(), await made()];
    expect(two).to.deep.equal(one);
  });

  it("refuses a start that the arm cannot reach, before it moves there", async () => {
    const { environment } = await sawyerBench({ startTip: () => [1.6, 0, 0.1] });
    expect(await caught(environment.reset(task(button)))).to.include({ code: "arm.refused" });
  });

  it("does what its scripted hand intends, without noise, for every aim", async () => {
    const { environment } = await sawyerBench();
    for (const [scene, aim] of [
      [drawer(0), { kind: "open-drawer" }],
      [drawer(DRAWER_TRAVEL), { kind: "close-drawer" }],
      [button, { kind: "press-button" }],
      [
        { ...drawer(0), ...button },
        { kind: "reach", goal: [0.66, -0.1, 0.05] },
      ],
    ] as const) {
      const { outcome } = await rewardedRollout(environment, task(scene, aim), goalDirected(aim, rng(1), silent), { task: 0 });
      expect(outcome, aim.kind).to.deep.equal({ success: true, successAny: true });
    }
  });
});
