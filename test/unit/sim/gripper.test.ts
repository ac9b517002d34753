import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { createTwin } from "../../../sim/twin.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { postureAt } from "../../../src/control/startPosture.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { BLOCK, TABLE_Z } from "../../../src/tasks/sawyer.ts";

const limits = loadLimits("robot/description/limits.yaml");
const at: Vec3 = [0.6, 0, TABLE_Z + BLOCK.height / 2];

describe("the embedded gripper on a block", () => {
  /** Fingers closed on a block that lies on the table. */
  const held = async () => {
    const start = postureAt(sawyer, limits, at);
    const twin = await createTwin(sawyer, { start });
    const { gripper, clock } = twin;
    const pass = (periods: number) => clock.run(() => --periods <= 0);
    const done = async <T>(deed: Promise<T>): Promise<T> => {
      let over = false;
      const result = deed.finally(() => (over = true));
      await clock.run(() => over);
      return result;
    };
    await gripper.calibrate();
    await done(gripper.move(gripper.range[1]));
    await twin.scene.arrange({ object: { position: [at[0], at[1], TABLE_Z] } });
    const state = await done(gripper.move(gripper.range[0]));
    const block = async (): Promise<Vec3> => {
      const scene = firstValueFrom(twin.scene.scene$);
      await pass(1);
      return (await scene).facts["object"]!.position;
    };
    const goTo = async (tip: Vec3) => {
      const value = postureAt(sawyer, limits, tip);
      for (let period = 0; period < 300; period++) {
        twin.arm.send({ kind: "position", value, period: seconds(0.01) });
        await pass(1);
      }
    };
    const now = () => firstValueFrom(gripper.state$);
    return { twin, gripper, state, block, goTo, pass, done, now };
  };

  it("holds it at its width, and carries it where the arm goes", async () => {
    const { state, block, goTo } = await held();
    expect(state).to.include({ holding: true, moving: false });
    expect(state.width).to.be.closeTo(BLOCK.width, 0.003);
    await goTo([0.6, 0.05, 0.1]);
    const [x, y, z] = await block();
    expect([x, y, z].map((value, i) => Math.abs(value! - [0.6, 0.05, 0.1][i]!)).every((off) => off < 0.015)).to.equal(true);
  });

  it("holds it when the arm is stopped, when it is halted, and with the motors off", async () => {
    const { twin, gripper, block, goTo, pass, now } = await held();
    await goTo([0.6, 0, 0.12]);
    await gripper.halt();
    await pass(50);
    const [, , lifted] = await block();
    await twin.arm.halt();
    await pass(50);
    expect(await now()).to.include({ holding: true });
    // Without power the arm itself sinks a little, and the block with it.
    expect((await block())[2]).to.be.closeTo(lifted, 0.03);
    expect((await block())[2]).to.be.above(TABLE_Z + BLOCK.height);
  });

  it("lets it go when it opens", async () => {
    const { gripper, block, goTo, pass, done } = await held();
    await goTo([0.6, 0, 0]);
    expect(await done(gripper.move(gripper.range[1]))).to.include({ holding: false });
    await pass(50);
    expect((await block())[2]).to.be.below(TABLE_Z + BLOCK.height);
  });
});
