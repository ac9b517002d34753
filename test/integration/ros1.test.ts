import { execFile } from "node:child_process";
import { connect } from "node:net";
import { promisify } from "node:util";
import { RosFollowerClient, TcpConnection } from "@foxglove/ros1";
import { expect } from "chai";
import { filter, firstValueFrom, lastValueFrom, take, toArray } from "rxjs";
import { interaChecks } from "../../launch/doctor/intera.ts";
import { urdf } from "../../launch/foxglove/urdf.ts";
import { DESCRIPTION, ownArmOf } from "../../launch/ownArm.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos1 } from "../../robot/ros1/node.ts";
import type { Ros1 } from "../../robot/ros1/node.ts";
import { openPoseArrayRos1 } from "../../robot/scenes/poseArrayRos1.ts";
import { pacedClock } from "../../sim/pacedClock.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { seconds } from "../../src/domain/units.ts";
import { outcome } from "../contract/arm.contract.ts";
import { itKeepsTheSceneContract } from "../contract/scene.contract.ts";
import { until } from "../support/mosquitto.ts";
import { rosMaster } from "../support/rosmaster.ts";
import type { RosMaster } from "../support/rosmaster.ts";
import { rosArm, rosBench, rosTwin, twinSite } from "../support/rosTwin.ts";
import type { RosTwin } from "../support/rosTwin.ts";

const tool = promisify(execFile);
const host = "127.0.0.1";
const zero = (joints: readonly string[]) => ({ kind: "velocity", value: joints.map(() => 0), period: seconds(0.01) }) as const;
/** Why the next state does not come. */
const end = (state$: Parameters<typeof firstValueFrom>[0]) =>
  lastValueFrom(state$).then(
    () => "completed",
    (error: unknown) => (isOnarmError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe("on a real ROS 1 master", function () {
  this.timeout(60_000);
  let master: RosMaster;
  let robot: RosTwin;
  let node: Ros1;
  before(async function () {
    master = await rosMaster(this);
    robot = await rosTwin(master.uri);
    node = await openRos1({ master: master.uri, name: "onarm", host });
  });
  after(async () => {
    await node?.close();
    await robot?.close();
    await master?.kill();
  });

  itKeepsTheSceneContract("a tracker", async () => {
    const clock = pacedClock(seconds(0.01));
    const scene = await openPoseArrayRos1(node, twinSite.scene, clock);
    return { scene, tick: () => clock.run(() => true), close: () => scene.close().finally(clock.close) };
  });

  it("a tracker in another frame is named, and nothing is believed of it", async () => {
    const clock = pacedClock(seconds(0.01));
    const scene = await openPoseArrayRos1(node, { ...twinSite.scene, frame: "world" }, clock);
    const refusal = await scene.arrange({}).catch((error: Error) => error.message);
    expect(refusal).to.match(/frame "base", not of "world"/);
    await scene.close();
    clock.close();
  });

  it("ROS's own tools read a command as it was sent", async () => {
    const { arm } = await rosBench(node);
    const { stdout } = await Promise.race([
      tool("rostopic", ["echo", "-n", "1", "/robot/joint_states/name"], { env: master.env }),
      new Promise<never>((_, no) => setTimeout(() => no(new Error("rostopic heard nothing")), 30_000).unref()),
    ]);
    for (const joint of arm.joints) expect(stdout).to.include(joint);
    const info = await tool("rostopic", ["info", "/robot/limb/right/joint_command"], { env: master.env });
    expect(info.stdout).to.include("intera_core_msgs/JointCommand").and.include(node.name).and.include(robot.node.name);
    await arm.close();
  });

  it("a stop button that is pressed shows, and keeps the arm from being reset", async () => {
    const { arm } = await rosBench(node);
    robot.twin.pressStop();
    const status = await firstValueFrom(arm.status$.pipe(filter(({ stopped }) => stopped)));
    expect(status).to.include({ enabled: false, estopButton: "pressed", estopSource: "user" });
    expect(await outcome(arm.reset())).to.equal("arm.refused");
    robot.twin.releaseStop();
    await firstValueFrom(arm.status$.pipe(filter(({ estopButton }) => estopButton === "released")));
    await arm.reset();
    await arm.close();
  });

  it("a master that dies is a lost link; back again it is found, and the arm stays as it was stopped", async () => {
    const { arm } = await rosBench(node);
    const ended = end(arm.state$);
    const other = await openRos1({ master: master.uri, name: "other", host });
    await other.speak("/word", "std_msgs/Bool");
    await master.kill();
    expect(await ended).to.match(/^link\.lost: the ROS master at .* is gone/);
    expect(await outcome(lastValueFrom(arm.send(zero(arm.joints))))).to.equal("link.lost");
    expect(await outcome(arm.enable())).to.equal("link.lost");
    // Nor is a master needed to leave: what is left unsaid is nobody's error.
    await firstValueFrom(other.master$.pipe(filter((lives) => !lives)));
    await other.close();
    // Who is connected needs no master to be heard.
    await arm.halt();
    await master.start();
    await until("states", () => arm.state$.pipe(take(1)) && !broken(arm));
    await firstValueFrom(arm.state$);
    expect(await firstValueFrom(arm.status$)).to.include({ stopped: true, enabled: false });
    const { publishers, subscribers } = await registered(node, [node.name, robot.node.name]);
    expect([...publishers.get("/robot/limb/right/joint_command")!]).to.deep.equal([node.name]);
    expect([...subscribers.get("/robot/limb/right/joint_command")!]).to.deep.equal([robot.node.name]);
    await arm.close();
  });

  it("a robot that dies is a lost link; one that comes is found", async () => {
    const { arm } = await rosArm(node);
    const ended = end(arm.state$);
    await robot.close();
    expect(await ended).to.match(/^link\.lost: nobody publishes \/robot\/joint_states/);
    robot = await rosTwin(master.uri);
    expect((await lastValueFrom(arm.state$.pipe(take(3), toArray()))).length).to.equal(3);
    await until("somebody who listens", () => !broken(arm));
    await arm.close();
  });

  it("states of another arm end the link with the joint that is missing, until they are this arm's again", async () => {
    const { arm } = await rosArm(node);
    const stranger = await openRos1({ master: master.uri, name: "stranger", host });
    const speaking = await stranger.speak("/robot/joint_states", "sensor_msgs/JointState");
    await until("somebody who listens", () => speaking.subscribers().length > 0);
    const ended = end(arm.state$);
    const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
    const row = [0, 0];
    speaking.publish({ header, name: ["right_j0", "left_s0"], position: row, velocity: row, effort: row });
    expect(await ended).to.match(/^link\.lost: .*without right_j1, right_j2/);
    await stranger.close();
    await firstValueFrom(arm.state$);
    await arm.close();
  });

  it("a topic of another type is named", async () => {
    const stranger = await openRos1({ master: master.uri, name: "stranger", host });
    await stranger.speak("/other", "std_msgs/Float64");
    const fault = firstValueFrom(node.fault$);
    const other = node.hear("/other", "std_msgs/Bool");
    expect(await fault).to.match(/^\/other: its publisher closes .* is it std_msgs\/Bool there/);
    expect(other.linked()).to.equal(false);
    await stranger.close();
  });

  it("a subscriber that does not read makes nothing wait: messages fall instead", async () => {
    const speaking = await node.speak("/firehose", "std_msgs/String");
    const address = await node.whereIs(node.name);
    const [, , protocol] = await new RosFollowerClient(address).requestTopic("/deaf", "/firehose", [["TCPROS"]]);
    const [, at, port] = protocol as [string, string, number];
    const deaf = connect({ host: at, port }).pause();
    const header = new Map([...Object.entries({ topic: "/firehose", type: "std_msgs/String", md5sum: "*", callerid: "/deaf" })]);
    const bytes = Buffer.from(TcpConnection.SerializeHeader(header));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    deaf.write(Buffer.concat([size, bytes]));
    await until("the deaf one", () => speaking.subscribers().includes("/deaf"));
    const data = "x".repeat(100_000);
    let taken = 0;
    for (let k = 0; k < 500; k++) taken += speaking.publish({ data });
    expect(taken).to.be.within(1, 200);
    expect(speaking.publish({ data })).to.equal(0);
    deaf.destroy();
  });

  it("a robot's own URDF is what its kinematics are, and another arm's is refused", async () => {
    expect((await ownArmOf({}, node))?.description).to.deep.equal(sawyer);
    const lifted = sawyer.joints.map((joint) =>
      joint.name === "right_j0" ? { ...joint, origin: { ...joint.origin, xyz: [0, 0, 0.083] as const } } : joint,
    );
    await node.setParameter(DESCRIPTION, urdf({ ...sawyer, joints: lifted }));
    expect((await ownArmOf({}, node))?.tip).to.be.closeTo(0.003, 1e-9);
    const told = async () => (await interaChecks({ ...twinSite, master: master.uri })).find(({ id }) => id === "kinematics");
    expect(await told())
      .to.include({ ok: true })
      .and.property("detail")
      .match(/1 joints calibrated .* moves the tip by 3\.0 mm/);
    await node.setParameter(DESCRIPTION, urdf(sawyer).replace(/right_j/g, "left_j"));
    expect(await told())
      .to.include({ ok: false })
      .and.property("detail")
      .match(/is without right_j0, right_j1/);
    const clipped = sawyer.joints.map((joint) => (joint.name === "right_j6" ? { ...joint, lower: -3.14, upper: 3.14 } : joint));
    await node.setParameter(DESCRIPTION, urdf({ ...sawyer, joints: clipped }));
    expect(await told())
      .to.include({ ok: false })
      .and.property("detail")
      .match(/joints.right_j6: is wider than the arm; stay within -3.14/);
    await node.setParameter(DESCRIPTION, urdf(sawyer));
  });

  it("a robot that can be driven passes every check, and one that is stopped is told of", async () => {
    const { arm } = await rosBench(node);
    const looked = async () => (await interaChecks({ ...twinSite, master: master.uri })).filter(({ ok }) => ok !== true);
    expect(await looked()).to.deep.equal([]);
    await arm.halt();
    expect((await looked()).map(({ id }) => id)).to.deep.equal(["stopped", "enabled"]);
    await arm.close();
  });

  /** Whether a command cannot leave. */
  function broken(arm: Awaited<ReturnType<typeof rosArm>>["arm"]): boolean {
    let failed = false;
    arm.send(zero(arm.joints)).subscribe({ error: () => (failed = true) });
    return failed;
  }
});

/** The graph once the master knows of all these nodes again. */
async function registered(node: Ros1, names: readonly string[]) {
  for (;;) {
    const graph = await node.graph();
    const known = new Set([...graph.publishers.values()].flatMap((them) => [...them]));
    if (names.every((name) => known.has(name))) return graph;
    await new Promise((later) => setTimeout(later, 50));
  }
}

describe("a ROS 1 master that cannot be joined is named with what to do", () => {
  const why = (master: string) =>
    openRos1({ master, name: "onarm" }).then(
      () => "joined",
      (error: Error) => error.message,
    );
  it("nobody listens there", async () =>
    expect(await why("http://127.0.0.1:9")).to.match(/nothing listens there; switch the robot on/));
  it("and doctor says that, and nothing else", async () => {
    const [found, ...others] = await interaChecks({ ...twinSite, master: "http://sawyer.invalid:11311" });
    expect(found)
      .to.include({ id: "ros1.master", ok: false })
      .and.property("detail")
      .match(/sawyer\.invalid cannot be resolved/);
    expect(others).to.deep.equal([]);
  });
  it("no such host", async () =>
    expect(await why("http://sawyer.invalid:11311")).to.match(/sawyer\.invalid cannot be resolved.*\/etc\/hosts/));
  for (const uri of ["sawyer", "https://sawyer:11311", ""])
    it(`"${uri}" is no master`, async () =>
      expect(await why(uri)).to.match(/is no ROS master; one is written http:\/\/host:11311/));
});
