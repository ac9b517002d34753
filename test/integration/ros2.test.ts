import { expect } from "chai";
import { firstValueFrom, lastValueFrom, take, toArray } from "rxjs";
import type { Observable } from "rxjs";
import { ros2Checks } from "../../launch/doctor/ros2.ts";
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { overRos2 } from "../../robot/ros2/wire.ts";
import { openPoseArray } from "../../robot/scenes/poseArray.ts";
import type { PosesScene } from "../../robot/sites/site.ts";
import { pacedClock } from "../../sim/pacedClock.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { seconds } from "../../src/domain/units.ts";
import { outcome } from "../contract/arm.contract.ts";
import { itKeepsTheSceneContract } from "../contract/scene.contract.ts";
import { until } from "../support/mosquitto.ts";
import { interaSite, ros2Arm, ros2Bench, ros2Domain, ros2Twin } from "../support/ros2.ts";
import type { Ros2Twin } from "../support/ros2.ts";

const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
const zero = (joints: readonly string[]) => ({ kind: "velocity", value: joints.map(() => 0), period: seconds(0.01) }) as const;
/** Why the next state does not come. */
const end = (state$: Observable<unknown>) =>
  lastValueFrom(state$).then(
    () => "completed",
    (error: unknown) => (isOnarmError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe("on a real ROS 2 graph", function () {
  this.timeout(60_000);
  let domain: number;
  let robot: Ros2Twin;
  let node: Ros2;
  before(async function () {
    domain = ros2Domain(this, "intera_core_msgs");
    robot = await ros2Twin(domain);
    node = await openRos2({ name: "onarm", domain });
  });
  after(async () => {
    await node?.close();
    await robot?.close();
  });

  itKeepsTheSceneContract("a tracker that tells poses", async () => {
    const clock = pacedClock(seconds(0.01));
    const scene = await openPoseArray(overRos2(node), interaSite.scene as PosesScene, clock);
    return { scene, tick: () => clock.run(() => true), close: () => scene.close().finally(clock.close) };
  });

  it("a robot that falls silent is a lost link, and one that comes is found", async () => {
    const { arm } = await ros2Arm(node);
    const ended = end(arm.state$);
    await robot.close();
    expect(await ended).to.match(/^link\.lost: nobody publishes \/robot\/joint_states/);
    expect(await outcome(lastValueFrom(arm.send(zero(arm.joints))))).to.equal("link.lost");
    expect(await outcome(arm.enable())).to.equal("link.lost");
    robot = await ros2Twin(domain);
    expect((await lastValueFrom(arm.state$.pipe(take(3), toArray()))).length).to.equal(3);
    await until("somebody who listens", () => !refused(arm));
    await arm.close();
  });

  it("states of another arm end the link with the joint that is missing, until they are this arm's again", async () => {
    const { arm } = await ros2Arm(node);
    const stranger = await openRos2({ name: "stranger", domain });
    const speaking = await stranger.speak("/robot/joint_states", "sensor_msgs/JointState");
    await until("somebody who listens", () => speaking.subscribers().length > 0);
    const ended = end(arm.state$);
    const row = [0, 0];
    speaking.publish({ header, name: ["right_j0", "left_s0"], position: row, velocity: row, effort: row });
    expect(await ended).to.match(/^link\.lost: .*without right_j1, right_j2/);
    await stranger.close();
    await firstValueFrom(arm.state$);
    await arm.close();
  });

  it("one command of each that is sent arrives, as it was sent", async () => {
    const other = await openRos2({ name: "other", domain });
    const heard = lastValueFrom(
      other.hear("/robot/limb/right/joint_command", "intera_core_msgs/JointCommand").message$.pipe(take(5), toArray()),
    );
    const { arm } = await ros2Bench(node);
    const value = arm.joints.map((_, i) => i / 1000);
    let stop = false;
    const sending = (async () => {
      for (; !stop; await new Promise((later) => setTimeout(later, 10)))
        arm.send({ kind: "velocity", value, period: seconds(0.01) }).subscribe();
    })();
    for (const { mode, names, velocity } of await heard) {
      expect(mode).to.equal(2);
      expect(names).to.deep.equal(arm.joints);
      expect([...velocity]).to.deep.equal(value);
    }
    stop = true;
    await sending;
    await arm.halt();
    await arm.close();
    await other.close();
  });

  it("what a subscriber of ours throws is told, and the process lives", async () => {
    const speaking = await robot.node.speak("/thrown", "std_msgs/Float64");
    const heard = node.hear("/thrown", "std_msgs/Float64");
    const faults: string[] = [];
    node.fault$.subscribe((text) => faults.push(text));
    const quiet = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => faults.push(error.message));
    heard.message$.subscribe(() => {
      throw new Error("clumsy");
    });
    await until("a publisher", () => speaking.subscribers().length > 0);
    speaking.publish({ data: 1 });
    await until("the word of it", () => faults.some((text) => text.includes("clumsy")));
    process.removeAllListeners("uncaughtException");
    for (const each of quiet) process.on("uncaughtException", each);
  });

  it("a type that no package here has is refused with what to install", () => {
    let message = "";
    try {
      node.hear("/none", "none_msgs/Nothing" as "std_msgs/Bool");
    } catch (error) {
      message = String(error);
    }
    expect(message).to.match(/Nothing/);
  });

  it("a robot that can be driven passes every check, and one that is stopped is told of", async () => {
    const { arm } = await ros2Bench(node);
    const looked = async () => (await ros2Checks({ ...interaSite, domain })).filter(({ ok }) => ok !== true);
    expect(await looked()).to.deep.equal([]);
    await arm.halt();
    expect((await looked()).map(({ id }) => id)).to.deep.equal(["stopped", "enabled"]);
    await arm.reset();
    await arm.close();
  });

  it("a domain with nobody in it fails topic by topic, each with what to do", async () => {
    const checks = await ros2Checks({ ...interaSite, domain: domain + 110 });
    const bad = checks.filter(({ ok }) => ok === false);
    expect(bad.map(({ id }) => id)).to.include.members(["rate.jointStates", "rate.state", "scene", "joints", "command", "state"]);
    for (const { id, remedy } of bad) expect(remedy, id).to.not.equal("");
    expect(bad.find(({ id }) => id === "rate.jointStates")!.remedy).to.match(/ros1_bridge run in this domain/);
  });

  /** Whether a command cannot leave. */
  function refused(arm: Awaited<ReturnType<typeof ros2Arm>>["arm"]): boolean {
    let failed = false;
    arm.send(zero(arm.joints)).subscribe({ error: () => (failed = true) });
    return failed;
  }
});
