import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { GRIPPER_PATIENCE } from "../../../sim/gripper.ts";
import type { OnarmError } from "../../../src/domain/errors.ts";
import type { SawyerTask } from "../../../src/tasks/sawyer.ts";
import { sawyerBench } from "./sawyerBench.ts";

const task: SawyerTask = {
  id: 0,
  scene: { button: { position: [0.62, -0.15, 0.01] } },
  aim: { kind: "reach", goal: [0.58, 0, 0.12] },
};
const opening = () => Float32Array.of(0.5, 0, 0, -1);
const closing = () => Float32Array.of(0.5, 0, 0, 1);
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (e: OnarmError) => e,
  );

describe("the sawyer environment and its gripper", () => {
  const begun = async () => {
    const bench = await sawyerBench();
    await bench.environment.reset(task);
    const untilItEnds = async (action: () => Float32Array) => {
      const since = bench.twin.clock.now();
      let error: OnarmError | undefined;
      for (let step = 0; step < 200 && !error; step++) error = await caught(bench.environment.step(action()));
      return { error, after: bench.twin.clock.now() - since };
    };
    const gripper = () => firstValueFrom(bench.twin.gripper.state$);
    return { ...bench, untilItEnds, gripper };
  };

  it("begins an episode with open fingers", async () => {
    const { twin, environment, gripper } = await begun();
    expect((await gripper()).width).to.be.closeTo(twin.gripper.range[1], 0.001);
    await environment.step(closing());
    await environment.reset(task);
    expect((await gripper()).width).to.be.closeTo(twin.gripper.range[1], 0.001);
  });

  it("calibrates it at the first reset, and after its power was gone when a person has started the arm again", async () => {
    const { twin, controller, environment, gripper } = await sawyerBench().then((bench) => {
      bench.twin.befallGripper("restarted");
      return { ...bench, gripper: () => firstValueFrom(bench.twin.gripper.state$) };
    });
    await environment.reset(task);
    expect(await gripper()).to.include({ ready: true });
    twin.befallGripper("restarted");
    const refused = await caught(environment.reset(task));
    expect(refused).to.include({ code: "gripper.failed" });
    expect(refused!.message).to.include("without power");
    expect([controller.mode().is, (await gripper()).ready]).to.deep.equal(["idle", false]);
    controller.start();
    await environment.reset(task);
    expect(await gripper()).to.include({ ready: true });
  });

  it("calibrates it at the next reset when a stop took its power, for a person has started the arm since", async () => {
    const { twin, controller, environment, gripper } = await begun();
    controller.stop("a person");
    twin.befallGripper("restarted");
    expect(await caught(environment.step(closing()))).to.include({ code: "command.stopped" });
    await controller.reset();
    await controller.enable();
    controller.start();
    await environment.reset(task);
    expect(await gripper()).to.include({ ready: true });
  });

  it("S4: ends an episode whose gripper does not answer, within two of its time-outs, and the arm holds", async () => {
    const { twin, controller, untilItEnds, beats } = await begun();
    twin.befallGripper("silent");
    const { error, after } = await untilItEnds(closing);
    expect(error).to.include({ code: "gripper.failed" });
    expect(after).to.be.within(2 * GRIPPER_PATIENCE - 0.01, 2 * GRIPPER_PATIENCE + 0.05);
    expect(controller.mode().is).to.equal("idle");
    await beats(100);
    for (const speed of controller.state()!.velocity) expect(speed).to.be.closeTo(0, 0.005);
  });

  it("S4: ends an episode whose gripper complains within three beats, moving or at rest", async () => {
    for (const action of [opening, closing]) {
      const { twin, controller, environment, untilItEnds } = await begun();
      await environment.step(action());
      twin.befallGripper("faulty");
      const { error, after } = await untilItEnds(action);
      expect(error).to.include({ code: "gripper.failed" });
      expect(error!.message).to.include("a fault of its own");
      expect(after).to.be.at.most(0.031);
      expect(controller.mode().is).to.equal("idle");
    }
  });

  it("begins none while the gripper fails, and the next once it works and a person has started the arm", async () => {
    const { twin, controller, environment, untilItEnds } = await begun();
    twin.befallGripper("faulty");
    await untilItEnds(closing);
    controller.start();
    expect(await caught(environment.reset(task))).to.include({ code: "gripper.failed" });
    expect(controller.mode().is).to.equal("idle");
    twin.befallGripper("none");
    controller.start();
    await environment.reset(task);
    await environment.step(closing());
    expect(controller.mode().is).to.equal("running");
  });

  it("halts its fingers when the arm is stopped, and never else", async () => {
    let halts = 0;
    const { twin, controller, environment } = await begun();
    const halt = twin.gripper.halt.bind(twin.gripper);
    Object.assign(twin.gripper, { halt: () => (halts++, halt()) });
    const step = caught(environment.step(closing()));
    await firstValueFrom(twin.clock.beat$);
    expect(halts).to.equal(0);
    controller.stop("a person");
    expect(await step).to.include({ code: "command.stopped" });
    expect(halts).to.equal(1);
  });
});
