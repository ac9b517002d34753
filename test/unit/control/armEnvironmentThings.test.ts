import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { goalDirected } from "../../../src/control/scripted.ts";
import { rewardedRollout } from "../../../src/control/rollout.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import { BLOCK, DRAWER_TRAVEL, LOCKER_TRAVEL, REACH_GOAL, TABLE_Z, sawyerSpec } from "../../../src/tasks/sawyer.ts";
import type { AimKind, SawyerAim, SawyerTask } from "../../../src/tasks/sawyer.ts";
import { sawyerBench } from "./sawyerBench.ts";

const drawer = (travel = 0): SceneSpec => ({
  drawer: { position: [0.6, 0.21, TABLE_Z], opens: [0, -1, 0], travel: metres(travel) },
});
const button: SceneSpec = { button: { position: [0.455, -0.1, 0.01] } };
const locker = (travel = 0): SceneSpec => ({
  ...button,
  locker: { position: [0.8, -0.17, TABLE_Z], opens: [-1, 0, 0], travel: metres(travel) },
});
const brick = (travel = 0): SceneSpec => ({
  ...locker(travel),
  brick: { position: [0.87 - travel, -0.17, TABLE_Z + 0.004] },
});
const object: SceneSpec = { object: { position: [0.575, -0.24, TABLE_Z] } };
const tray: SceneSpec = { tray: { position: [0.575, -0.1, TABLE_Z] } };
const aimOf = (kind: AimKind): SawyerAim => (kind === "reach" ? { kind, goal: REACH_GOAL } : { kind });
const task = (scene: SceneSpec, kind: AimKind = "reach"): SawyerTask => ({ id: 0, scene, aim: aimOf(kind) });
const GAP = sawyerSpec.observation.findIndex(({ name }) => name === "finger_gap");

describe("the sawyer environment and what stands on its table", () => {
  const open = async (...of: Parameters<typeof sawyerBench>) => {
    const bench = await sawyerBench(...of);
    const fact = (name: string) => bench.controller.scene()!.facts[name]!;
    const pursue = async (scene: SceneSpec, kind: AimKind) => {
      const act = goalDirected(aimOf(kind), rng(1), { noise: 0 });
      return (await rewardedRollout(bench.environment, task(scene, kind), act, { task: 0 })).outcome.success;
    };
    return { ...bench, fact, pursue };
  };

  it("begins with empty hands: a block that the last episode held is let go, and laid where the next one wants it", async () => {
    const { environment, twin, arranged, fact, pursue } = await open();
    expect(await pursue({ ...object, ...tray }, "pick-object")).to.equal(true);
    expect((await firstValueFrom(twin.gripper.state$)).holding).to.equal(true);
    const observation = await environment.reset(task({ ...object, ...tray }));
    const { width, holding } = await firstValueFrom(twin.gripper.state$);
    expect(holding).to.equal(false);
    expect(width).to.be.closeTo(twin.gripper.range[1], 0.001);
    const { offset, scale } = sawyerSpec.observation[GAP]!;
    expect(offset + scale * observation[GAP]!).to.be.closeTo(width, 1e-6);
    expect(arranged.length).to.equal(2);
    [0.575, -0.24, TABLE_Z + BLOCK.height / 2].forEach((x, i) => expect(fact("object").position[i]).to.be.closeTo(x, 0.002));
  });

  it("has a placed object laid back by the arranger, and leaves one alone that nobody moved", async () => {
    const { environment, arranged, pursue } = await open();
    expect(await pursue({ ...object, ...tray }, "place-object")).to.equal(true);
    await environment.reset(task({ ...object, ...tray }));
    expect(arranged.length).to.equal(2);
    await environment.reset(task({ ...object, ...tray }));
    expect(arranged.length).to.equal(2);
  });

  it("sends back a locker that an episode drove out, and drives out one that it sent in, without the arranger", async () => {
    for (const [travel, kind] of [
      [0, "open-locker"],
      [LOCKER_TRAVEL, "close-locker"],
    ] as const) {
      const { environment, arranged, fact, pursue } = await open();
      expect(await pursue(locker(travel), kind)).to.equal(true);
      await environment.reset(task(locker(travel)));
      expect(fact("locker").travel, kind).to.be.closeTo(travel, 0.02);
      expect(arranged.length, kind).to.equal(1);
    }
  });

  it("sends back a locker that was still under way when its episode ended", async () => {
    const { environment, arranged, fact, beats } = await open();
    await environment.reset(task(locker()));
    const act = goalDirected({ kind: "press-button" }, rng(1), { noise: 0 });
    let observation = await environment.step(Float32Array.of(0, 0, 0, 1));
    for (let step = 0; step < 75 && !(fact("button").travel > 0.007); step++)
      observation = await environment.step(act(observation.observation));
    expect(fact("locker").travel, "hardly begun").to.be.below(0.02);
    await environment.reset(task(locker()));
    await beats(200);
    expect(fact("locker").travel).to.be.closeTo(0, 1e-3);
    expect(arranged.length).to.equal(1);
  });

  it("asks the arranger where a brick lay in the locker, and lays it back in", async () => {
    const { environment, arranged, fact, pursue } = await open();
    expect(await pursue(brick(LOCKER_TRAVEL), "pick-brick")).to.equal(true);
    await environment.reset(task(brick(LOCKER_TRAVEL)));
    expect(arranged.length).to.equal(2);
    expect(fact("brick").position[0]).to.be.closeTo(0.73, 0.002);
    await pursue(brick(LOCKER_TRAVEL), "close-locker");
    await environment.reset(task(brick(LOCKER_TRAVEL)));
    expect(arranged.length).to.equal(3);
    expect(fact("locker").travel).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
  });

  it("goes on to scenes of other things, one after the other, each set out once", async () => {
    const { environment, arranged, controller } = await open();
    const scenes = [drawer(), brick(LOCKER_TRAVEL), { ...object, ...tray }, brick(), { ...drawer(DRAWER_TRAVEL), ...object }];
    for (const scene of scenes) {
      await environment.reset(task(scene));
      expect(Object.keys(controller.scene()!.facts).sort()).to.deep.equal(Object.keys(scene).sort());
    }
    expect(arranged.map(({ spec }) => spec)).to.deep.equal(scenes);
  });

  describe("without a gripper", () => {
    for (const [kind, scene] of [
      ["reach", object],
      ["open-drawer", drawer()],
      ["close-drawer", drawer(DRAWER_TRAVEL)],
      ["press-button", { ...button, ...object }],
      ["open-locker", brick()],
      ["close-locker", brick(LOCKER_TRAVEL)],
    ] as const)
      it(`does ${kind}, whatever grip is asked for`, async () => {
        const { pursue, twin } = await open({ gripper: undefined });
        let moved = false;
        twin.gripper.state$.subscribe(({ moving }) => (moved ||= moving));
        expect(await pursue(scene, kind)).to.equal(true);
        expect(moved).to.equal(false);
      });

    it("sees no gap between fingers that it does not have", async () => {
      const { environment } = await open({ gripper: undefined });
      expect((await environment.reset(task(object)))[GAP]).to.equal(0);
      expect((await environment.step(Float32Array.of(0, 0, 0, 1))).observation[GAP]).to.equal(0);
    });
  });
});
