import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { lastValueFrom } from "rxjs";
import type { Observable } from "rxjs";
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { outcome } from "../contract/arm.contract.ts";
import { until } from "../support/mosquitto.ts";
import { controlSite, ros2Arm, ros2Bench, ros2Domain } from "../support/ros2.ts";

const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
/** Why the next state does not come. */
const end = (state$: Observable<unknown>) =>
  lastValueFrom(state$).then(
    () => "completed",
    (error: unknown) => (isOnarmError(error) ? `${error.code}: ${error.message}` : String(error)),
  );

describe("an arm under ros2_control, on a real ROS 2 graph", function () {
  this.timeout(60_000);
  const site = controlSite("velocity");
  let domain: number;
  let twin: ChildProcess | undefined;
  let node: Ros2;
  before(async function () {
    domain = ros2Domain(this);
    node = await openRos2({ name: "onarm", domain });
  });
  after(async () => {
    await node?.close();
    twin?.kill("SIGKILL");
  });

  it("a controller that is not there is named with how to look for it", async () => {
    const told = await openRos2({ name: "broadcaster", domain });
    const speaking = await told.speak(site.joint_states, "sensor_msgs/JointState");
    const name = ["right_j0", "right_j1", "right_j2", "right_j3", "right_j4", "right_j5", "right_j6"];
    const row = name.map(() => 0);
    const telling = setInterval(() => speaking.publish({ header, name, position: row, velocity: row, effort: [] }), 10);
    expect(await ros2Arm(node, site).then(String, (error: Error) => error.message)).to.match(
      /no controller listens to \/velocity_controller\/commands; is it loaded.*ros2 control list_controllers/,
    );
    clearInterval(telling);
    await told.close();
  });

  it("joints of a site file that are not the arm's are refused before anything is sent", async () => {
    const wrong = { ...site, command: { ...site.command, joints: ["right_j0", "elbow"] } };
    expect(await outcome(ros2Arm(node, wrong))).to.equal("config.invalid");
  });

  const begun = async (args: readonly string[], word: string) => {
    const env = { ...process.env, ROS_DOMAIN_ID: String(domain) };
    const child = spawn(process.execPath, ["bin/onarm.mjs", ...args, "--json"], { env, stdio: ["ignore", "ignore", "pipe"] });
    const said: string[] = [];
    child.stderr.on("data", (data: Buffer) => said.push(String(data)));
    await until(`"${word}"`, () => said.join("").includes(word), 40_000);
    return child;
  };
  const killed = async (child: ChildProcess) => {
    const gone = once(child, "exit");
    process.kill(child.pid!, "SIGKILL");
    await gone;
  };

  it("an arm that never forgets a velocity is brought to rest by the watchdog when control is killed in motion", async () => {
    twin = await begun(["twin", "--speak", "ros2-control"], "the twin lives");
    const folder = await mkdtemp(path.join(tmpdir(), "onarm-ros2-"));
    const control = await begun(
      ["run", "--arm", "ros2-control", "--headless", "--seconds", "60", "--out", folder],
      "kinematics by the robot's own URDF",
    );
    let fastest = NaN;
    const states = node.hear("/joint_states", "sensor_msgs/JointState").message$;
    const watching = states.subscribe(({ velocity }) => (fastest = Math.max(...Array.from(velocity, Math.abs))));
    await until("motion", () => fastest > 0.1);
    await killed(control);
    let rested = 0;
    const resting = states.subscribe(() => (rested = fastest < 0.02 ? rested + 1 : 0));
    await until("rest", () => rested >= 50);
    for (const each of [watching, resting]) each.unsubscribe();
    await rm(folder, { recursive: true });
  });

  it("a robot process that is killed is a lost link, although DDS does not know yet", async () => {
    const { arm } = await ros2Bench(node, {
      ...site,
      command: { interface: "velocity", topic: "/velocity_controller/commands" },
    });
    const ended = end(arm.state$);
    await killed(twin!);
    expect(await ended).to.match(/^link\.lost: nobody publishes \/joint_states any more/);
    expect(node.publishers("/joint_states").length).to.equal(1);
    await arm.close();
  });
});
