import { expect } from "chai";
import { filter, firstValueFrom, skip } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { SpawnedTwin } from "../../sim/pacedTwin.ts";
import { loadLimits } from "../../src/config/limits.ts";
import { postureAt } from "../../src/control/startPosture.ts";
import { BLOCK, TABLE_Z } from "../../src/tasks/sawyer.ts";
import { outcome } from "../contract/arm.contract.ts";

const x = 0.6;

describe("the gripper of a twin in a process of its own", function () {
  this.timeout(60_000);
  let twin: SpawnedTwin;
  before(async () => {
    const limits = loadLimits("robot/description/limits.yaml");
    twin = await spawnTwin(sawyer, { start: postureAt(sawyer, limits, [x, 0, TABLE_Z + BLOCK.height / 2]) });
  });
  after(() => twin?.end());

  it("wants to be calibrated, opens, closes on a block, and goes on holding it when the arm is stopped", async () => {
    const { gripper, scene, arm } = twin;
    const [closed, open] = gripper.range;
    expect(await outcome(gripper.move(open))).to.equal("gripper.failed");
    await gripper.calibrate();
    expect((await gripper.move(open)).width).to.be.closeTo(open, 0.002);
    await scene.arrange({ object: { position: [x, 0, TABLE_Z] } });
    const held = await gripper.move(closed);
    expect(held).to.include({ holding: true, moving: false });
    expect(held.width).to.be.closeTo(BLOCK.width, 0.003);
    await arm.halt();
    await firstValueFrom(arm.status$.pipe(filter(({ stopped }) => stopped)));
    expect(await firstValueFrom(gripper.state$.pipe(skip(50)))).to.include({ holding: true });
  });

  it("is one gripper for everybody who has a link to it: who tells it something ends what another had told it", async () => {
    const other = await connectTwin(twin.address);
    const [closed, open] = twin.gripper.range;
    await twin.gripper.move(open);
    await twin.world.befallGripper("silent");
    const first = outcome(twin.gripper.move(closed));
    // A deed of the world that is answered has come after it.
    await twin.world.befallGripper("none");
    const second = await other.gripper.move(open);
    expect([await first, second.holding]).to.deep.equal(["interrupted", false]);
    await other.gripper.close();
    await other.arm.close();
    expect((await firstValueFrom(twin.gripper.state$)).ready).to.equal(true);
  });

  it("S4: says over the link that it fails", async () => {
    await twin.world.befallGripper("faulty");
    expect(await outcome(twin.gripper.move(twin.gripper.range[0]))).to.equal("gripper.failed");
    expect((await firstValueFrom(twin.gripper.state$.pipe(filter(({ fault }) => fault !== undefined)))).fault).to.match(/\w/);
    await twin.world.befallGripper("none");
  });
});
