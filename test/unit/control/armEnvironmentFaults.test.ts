import { expect } from "chai";
import type { OnarmError } from "../../../src/domain/errors.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import type { SawyerTask } from "../../../src/tasks/sawyer.ts";
import { sawyerBench } from "./sawyerBench.ts";

const button: SceneSpec = { button: { position: [0.62, -0.15, 0.01] } };
const task = (scene: SceneSpec): SawyerTask => ({ id: 0, scene, aim: { kind: "reach", goal: [0.58, 0, 0.12] } });
const still = () => Float32Array.of(0, 0, 0, 0);
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (e: OnarmError) => e,
  );

describe("the sawyer environment when something is wrong", () => {
  for (const [what, broken] of [
    ["a velocity", [0, NaN, 0, 0]],
    ["the grip", [0, 0, 0, NaN]],
  ] as const)
    it(`holds for an action in which ${what} is no number, and stops at the third in a row`, async () => {
      const { environment, controller } = await sawyerBench();
      await environment.reset(task(button));
      await environment.step(Float32Array.from(broken));
      await environment.step(Float32Array.from(broken));
      expect(controller.mode()).to.include({ is: "holding", cause: "policy.nonfinite" });
      const error = await caught(environment.step(Float32Array.from(broken)));
      expect(error).to.include({ code: "command.stopped" });
      expect(error!.detail["reason"]).to.equal("policy.nonfinite");
    });

  it("ends the episode when the arm is stopped in it, and begins none until a person has freed the arm", async () => {
    const { environment, controller } = await sawyerBench();
    await environment.reset(task(button));
    controller.stop("a person");
    expect((await caught(environment.step(still())))!.detail["reason"]).to.equal("a person");
    expect(await caught(environment.reset(task(button)))).to.include({ code: "command.stopped" });
    await controller.reset();
    await controller.enable();
    expect(await caught(environment.reset(task(button)))).to.include({ code: "command.stopped" });
    controller.start();
    await environment.reset(task(button));
    expect(controller.mode().is).to.equal("running");
  });

  it("asks whoever attends the arm to free it, where somebody does", async () => {
    const asked: string[] = [];
    const { environment, controller } = await sawyerBench({
      attend: async (stopped) => {
        asked.push(stopped.mode().is);
        await stopped.reset();
        await stopped.enable();
        stopped.start();
      },
    });
    await environment.reset(task(button));
    controller.stop("test");
    await environment.reset(task(button));
    expect([asked, controller.mode().is]).to.deep.equal([["stopped"], "running"]);
  });

  it("C1: ends the episode when the scene has not been seen for a second, and starts again when it is", async () => {
    const { environment, controller, eyes, twin } = await sawyerBench();
    await environment.reset(task(button));
    const since = twin.clock.now();
    eyes.open = false;
    let error: OnarmError | undefined;
    while (!error) error = await caught(environment.step(still()));
    expect(error.code).to.equal("scene.stale");
    expect(twin.clock.now() - since).to.be.within(0.9, 1);
    expect(controller.mode().is).to.equal("idle");
    eyes.open = true;
    await twin.clock.run(() => true);
    controller.start();
    await environment.reset(task(button));
  });

  it("waits through a person's hold, and goes on with the next action when the person does", async () => {
    const { environment, controller, twin } = await sawyerBench();
    await environment.reset(task(button));
    const began = twin.clock.now();
    let beats = 0;
    const hand = twin.clock.beat$.subscribe(() => {
      beats++;
      if (beats === 3) controller.event({ on: "hold", cause: "operator" });
      if (beats === 103) controller.event({ on: "resume" });
    });
    await environment.step(still());
    hand.unsubscribe();
    expect(twin.clock.now() - began).to.be.above(1);
    // What was wanted before the hold has lapsed; the next action drives again.
    await environment.step(still());
    expect(controller.mode().is).to.equal("running");
  });

  it("begins no reset while a person holds the arm", async () => {
    const { environment, controller, twin } = await sawyerBench();
    await environment.reset(task(button));
    controller.event({ on: "hold", cause: "operator" });
    const began = twin.clock.now();
    const hand = twin.clock.beat$.subscribe((at) => {
      if (at - began > 1 && controller.mode().is === "holding") controller.event({ on: "resume" });
    });
    await environment.reset(task(button));
    hand.unsubscribe();
    expect(twin.clock.now() - began).to.be.above(1);
  });
});
