import { expect } from "chai";
import { BehaviorSubject, filter, firstValueFrom, Subject } from "rxjs";
import { siteOf } from "../../launch/interaArm.ts";
import { gazeboShim } from "../../robot/gazebo/shim.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { openTf } from "../../robot/scenes/tf.ts";
import { monotonic } from "../../sim/pacedClock.ts";
import { metres } from "../../src/domain/units.ts";
import { THINGS } from "../../src/domain/scene.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { fakeGazebo } from "../support/fakeGazebo.ts";
import { until } from "../support/mosquitto.ts";

const scene: SceneSpec = {
  drawer: { position: [0.6, 0.22, -0.05], opens: [0, -1, 0], travel: metres(0.12) },
  button: { position: [0.58, -0.1, 0.01] },
  locker: { position: [0.8, -0.17, -0.05], opens: [-1, 0, 0], travel: metres(0.14) },
  tray: { position: [0.46, -0.24, -0.05] },
  object: { position: [0.46, -0.1, -0.05] },
  brick: { position: [0.73, -0.17, -0.046] },
};

/** Topics of one process: names and shapes are ROS 2's, nothing is carried anywhere. */
function topics(): Ros2 {
  const all = new Map<string, Subject<unknown>>();
  const of = (topic: string) => all.get(topic) ?? (all.set(topic, new Subject()), all.get(topic)!);
  return {
    domain: 0,
    hear: (topic: string) => ({ topic, message$: of(topic), linked$: new BehaviorSubject(true), linked: () => true }),
    speak: async (topic: string) => ({ topic, publish: (it: unknown) => (of(topic).next(it), 1), subscribers: () => 1 }),
  } as unknown as Ros2;
}

describe("a whole scene in Gazebo, by the frames that its world would tell", function () {
  this.timeout(60_000);

  it("is seen where it stands, every thing by the offset of the shipped site, and set out by a reset of the world", async () => {
    const node = topics();
    const world = await fakeGazebo(node, scene);
    let resets = 0;
    const said: string[] = [];
    const reset = async () => {
      resets++;
      world.rewind();
    };
    const shim = await gazeboShim(node, world.settings, { log: (line) => said.push(line), reset });
    const site = siteOf("gazebo")!.scene;
    if (!("frames" in site)) return expect.fail("the site tells its scene by tf");
    const tracked = await openTf(node, site, { now: monotonic });
    try {
      await until("the arm at its start", () => shim.ready());
      await tracked.arrange(scene);
      expect(resets).to.equal(1);
      const truth = await firstValueFrom(world.twin.scene.scene$);
      const { facts } = await firstValueFrom(
        tracked.scene$.pipe(filter((seen) => Object.values(seen.facts).every(({ valid }) => valid))),
      );
      expect(Object.keys(facts).sort()).to.deep.equal([...THINGS].sort());
      for (const thing of THINGS) {
        const [seen, is] = [facts[thing]!, truth.facts[thing]!];
        for (const k of [0, 1, 2]) expect(seen.position[k], `${thing} ${k}`).to.be.closeTo(is.position[k]!, 1e-3);
        expect(seen.travel, thing).to.be.closeTo(is.travel, 2e-3);
      }
    } finally {
      await tracked.close();
      shim.close();
      await world.close();
    }
  });
});
