import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { firstValueFrom, take, toArray } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { openAsker } from "../support/ros2Asker.ts";
import type { Asker } from "../support/ros2Asker.ts";
import { until } from "../support/mosquitto.ts";
import { ros2Domain } from "../support/ros2.ts";

describe("an arm as others see it on a real ROS 2 graph", function () {
  this.timeout(60_000);
  let domain: number;
  let node: Ros2;
  let asker: Asker;
  let child: ChildProcess;
  const said: string[] = [];
  let told = "";
  const mode = (wanted: string) => until(`mode ${wanted}, not ${told}`, () => told.startsWith(wanted));
  const begin = async (rights: string) => {
    said.length = 0;
    const args = ["bin/onarm.mjs", "graph", "--arm", "sim", "--domain", String(domain), "--rights", rights, "--json"];
    child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr!.on("data", (data: Buffer) => said.push(String(data)));
    await until("the graph's process", () => said.join("").includes("is in ROS domain"), 50_000);
  };
  /** A machine that is full may have stopped the arm: a person clears that. */
  const idle = async () => {
    if ((await asker.trigger("/onarm/reset")).success) await mode("disabled");
    await asker.trigger("/onarm/enable");
    await mode("idle");
  };
  const end = async () => {
    if (child?.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGINT");
    await gone;
  };
  before(async function () {
    domain = ros2Domain(this);
    node = await openRos2({ name: "somebody", domain });
    node.hear("/onarm/mode", "std_msgs/String", "latched").message$.subscribe(({ data }) => (told = data));
    asker = await openAsker(domain);
    await begin("operate");
  });
  after(async () => {
    if (child) await end();
    await asker?.close();
    await node?.close();
  });

  /** Again where it was this machine that stopped the arm. */
  const follow = async (q: readonly number[], t: number, cancel?: number) => {
    for (let k = 0; ; k++) {
      await idle();
      const followed = await asker.follow(sawyer.commanded, [{ q, t }], cancel);
      if (k === 3 || !/^the arm is/.test(followed.text ?? "the arm is not idle")) return followed;
    }
  };

  it("its joints, frames, description, diagnosis and mode are told", async () => {
    await idle();
    const states = await firstValueFrom(node.hear("/joint_states", "sensor_msgs/JointState").message$.pipe(take(20), toArray()));
    expect(states[0]!.name).to.deep.equal(sawyer.commanded);
    for (const { position } of states) expect([...position].every(Number.isFinite)).to.equal(true);
    const { transforms } = await firstValueFrom(node.hear("/tf", "tf2_msgs/TFMessage").message$);
    expect(transforms.map(({ child_frame_id: child }) => child)).to.include.members(["right_l6", "right_hand"]);
    const { data } = await firstValueFrom(node.hear("/robot_description", "std_msgs/String", "latched").message$);
    expect(data).to.match(/^<\?xml[^]*<robot name="sawyer"/);
    const { status } = await firstValueFrom(node.hear("/diagnostics", "diagnostic_msgs/DiagnosticArray").message$);
    expect(status[0]!.message).to.match(/^(idle|disabled)/);
  });

  it("a trajectory is followed through the governor to its end, with word on the way", async () => {
    const there = [...sawyer.poses["neutral"]!].map((q, i) => (i === 5 ? q + 0.2 : q));
    const followed = await follow(there, 2);
    const { feedback, ...ended } = followed;
    expect(ended).to.deep.equal({ accepted: true, code: 0, text: "", canceled: false });
    expect(feedback).to.be.greaterThan(5);
    const { position } = await firstValueFrom(node.hear("/joint_states", "sensor_msgs/JointState").message$);
    expect(position[5]).to.be.closeTo(there[5]!, 0.015);
  });
  it("a trajectory that is canceled ends, and the arm rests", async () => {
    const there = [...sawyer.poses["neutral"]!].map((q, i) => (i === 5 ? q + 0.3 : q));
    expect((await follow(there, 8, 600)).canceled).to.equal(true);
    await mode("idle");
  });
  it("a trajectory that asks for too much is ended with the reason", async () => {
    const there = [...sawyer.poses["neutral"]!].map((q, i) => (i === 5 ? q + 1 : q));
    const { code, text } = await asker.follow(sawyer.commanded, [{ q: there, t: 0.1 }]);
    expect(code).to.equal(-1);
    expect(text).to.match(/right_j5 would have to go at/);
  });

  it("anybody can stop it; reset and enable are two acts", async () => {
    expect(await asker.trigger("/onarm/stop")).to.include({ success: true });
    await mode("stopped");
    expect((await asker.trigger("/onarm/enable")).message).to.match(/enable is refused while the arm is stopped/);
    expect(await asker.trigger("/onarm/reset")).to.include({ success: true });
    await mode("disabled");
    expect((await asker.follow(sawyer.commanded, [{ q: [...sawyer.poses["neutral"]!], t: 5 }])).accepted).to.equal(false);
    expect(await asker.trigger("/onarm/enable")).to.include({ success: true });
    await mode("idle");
  });
  it("it is a lifecycle node: deactivated it falls silent, and can still be stopped", async () => {
    expect(await asker.state("/onarm")).to.equal("active");
    expect(await asker.change("/onarm", "deactivate")).to.equal(true);
    const heard = node.hear("/joint_states", "sensor_msgs/JointState");
    await until("silence", () => !heard.linked());
    expect(await asker.trigger("/onarm/stop")).to.include({ success: true });
    expect(await asker.change("/onarm", "activate")).to.equal(true);
    await mode("stopped");
  });
  it("who has rights to watch can stop it, and nothing else", async () => {
    await end();
    await begin("watch");
    expect((await asker.follow(sawyer.commanded, [{ q: [...sawyer.poses["neutral"]!], t: 5 }])).accepted).to.equal(false);
    expect((await asker.trigger("/onarm/reset")).message).to.match(/reset is refused: this run lets the graph watch and stop/);
    expect(await asker.trigger("/onarm/stop")).to.include({ success: true });
    expect((await asker.trigger("/onarm/enable")).message).to.match(/enable is refused: this run lets the graph watch/);
  });
  it("it ends in order when it is told to: nobody has to stop the arm", async () => {
    await end();
    expect(child.exitCode).to.equal(0);
    expect(said.join("")).to.not.include("watchdog");
    await begin("watch");
  });
  it("when the graph's process is killed the arm goes on, and says so", async () => {
    const found = /graph's process (\d+)/.exec(said.join(""))?.[1];
    expect(found, said.join("")).to.not.equal(undefined);
    process.kill(Number(found), "SIGKILL");
    await until("the word of it", () => said.join("").includes("the run goes on without it"));
    expect(child.exitCode).to.equal(null);
  });
});
