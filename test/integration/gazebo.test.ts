import { expect } from "chai";
import { filter, firstValueFrom, take, toArray } from "rxjs";
import { openSite, siteOf } from "../../launch/interaArm.ts";
import { gazeboShim } from "../../robot/gazebo/shim.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import type { TracePoint } from "../../sim/twin.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import { outcome } from "../contract/arm.contract.ts";
import { fakeGazebo } from "../support/fakeGazebo.ts";
import { until } from "../support/mosquitto.ts";
import { ros2Domain } from "../support/ros2.ts";

const scene: SceneSpec = {
  drawer: { position: [0.6, 0.22, -0.05], opens: [0, -1, 0], travel: metres(0.12) },
  button: { position: [0.55, -0.15, 0.01] },
};

describe("a dry run in Gazebo, by what ROS 2 sees of it", function () {
  this.timeout(60_000);
  let node: Ros2;
  let world: Awaited<ReturnType<typeof fakeGazebo>>;
  let shim: Awaited<ReturnType<typeof gazeboShim>>;
  let site: Awaited<ReturnType<typeof openSite>>;
  const said: string[] = [];
  let resets = 0;
  before(async function () {
    const domain = ros2Domain(this);
    node = await openRos2({ name: "gazebo", domain });
    world = await fakeGazebo(node, scene);
    const reset = async () => {
      resets++;
      world.rewind();
    };
    shim = await gazeboShim(node, world.settings, { log: (line) => said.push(line), reset });
    await until("the arm at its start", () => shim.ready());
    site = await openSite(siteOf(`gazebo@${domain}`)!);
  });
  after(async () => {
    await site?.leave();
    shim?.close();
    await world?.close();
    await node?.close();
  });
  const at = () => world.twin.message$;
  const position = async (joint: string) => {
    const { name, position: q } = await firstValueFrom(at());
    return q[name.indexOf(joint)]!;
  };

  it("the arm stands where a real one does before anybody drives it", async () => {
    const neutral = sawyer.poses["neutral"]!;
    for (const [k, name] of sawyer.commanded.entries()) expect(await position(name), name).to.be.closeTo(neutral[k]!, 0.015);
  });

  it("the arm of the site follows velocities, and rests when nothing more is sent, though Gazebo would not", async () => {
    const { arm } = site;
    await arm.enable();
    const points: TracePoint[] = [];
    const trace = world.twin.trace$.subscribe((point) => points.push(point));
    const before = await position("right_j0");
    for (let k = 0; k < 30; k++) {
      arm.send({ kind: "velocity", value: [0.3, 0, 0, 0, 0, 0, 0], period: seconds(0.01) }).subscribe();
      await firstValueFrom(arm.state$);
    }
    const silent = points.length;
    await until("rest", () => points.length > silent + 50);
    trace.unsubscribe();
    expect((await position("right_j0")) - before).to.be.greaterThan(0.03);
    const moving = points.slice(silent).findLastIndex(({ dq }) => Math.abs(dq[0]!) > 0.02);
    expect(moving, "periods of 10 ms that it moved on").to.be.below(40);
  });

  it("a driver that is killed leaves an arm at rest: the shim takes its last velocity back", async () => {
    const lone = await openRos2({ name: "lone", domain: node.domain });
    const speaking = await lone.speak(world.settings.commands_topic, "std_msgs/Float64MultiArray");
    await until("the shim", () => speaking.subscribers().length > 0);
    const points: TracePoint[] = [];
    const trace = world.twin.trace$.subscribe((point) => points.push(point));
    for (let k = 0; k < 20; k++) {
      speaking.publish({ layout: { dim: [], data_offset: 0 }, data: [-0.3, 0, 0, 0, 0, 0, 0] });
      await firstValueFrom(at());
    }
    const silent = points.length;
    await until("rest", () => points.length > silent + 60);
    trace.unsubscribe();
    await lone.close();
    expect(points[silent - 1]!.dq[0], "rad/s as it fell silent").to.be.below(-0.1);
    const moving = points.slice(silent).findLastIndex(({ dq }) => Math.abs(dq[0]!) > 0.02);
    expect(moving, "periods of 10 ms that it moved on").to.be.within(3, 40);
  });

  it("its scene is the one that was written, drawer and button where they are, and the drawer's way told", async () => {
    await site.scene.arrange(scene);
    expect(resets).to.equal(1);
    await until("the arm at its start", () => shim.ready());
    const { facts } = await firstValueFrom(site.scene.scene$.pipe(filter(({ facts }) => Object.keys(facts).length === 2)));
    expect(facts["drawer"]!.travel).to.be.closeTo(0.12, 1e-3);
    [0.6, 0.22 - 0.12 - 0.055, -0.005].forEach((x, k) => expect(facts["drawer"]!.position[k]).to.be.closeTo(x, 1e-3));
    const other = { button: { position: [0.6, 0.1, 0.01] as const } };
    expect(await outcome(site.scene.arrange(other))).to.equal("tasks.invalid");
    expect(resets).to.equal(1);
    expect(said.at(-1)).to.match(/another scene is wanted than this world has/);
    scene.button!.position.forEach((x, k) => expect(facts["button"]!.position[k]).to.be.closeTo(x, 1e-3));
  });

  it("states are told with this machine's time, though the simulation has its own", async () => {
    const states = await firstValueFrom(site.arm.state$.pipe(take(20), toArray()));
    for (const state of states) expect(site.clock.now() - state.at).to.be.within(0, 1);
  });

  it("a world that is reset is led to its start again", async () => {
    const words = () => said.filter((line) => /was reset/.test(line)).length;
    const before = words();
    world.rewind();
    await until("word of it", () => words() > before);
    await until("the arm at its start", () => shim.ready());
    expect(await position("right_j0")).to.be.closeTo(0, 0.015);
  });
});
