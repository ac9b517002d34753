import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { openTf } from "../../robot/scenes/tf.ts";
import type { FramesScene, PosesScene } from "../../robot/sites/site.ts";
import { pacedClock } from "../../sim/pacedClock.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import { until } from "../support/mosquitto.ts";
import { interaSite, ros2Domain } from "../support/ros2.ts";

const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };

describe("a tracker that tells by tf, on a real ROS 2 graph", function () {
  this.timeout(60_000);
  let domain: number;
  let camera: Ros2;
  let node: Ros2;
  before(async function () {
    domain = ros2Domain(this);
    camera = await openRos2({ name: "camera", domain });
    node = await openRos2({ name: "onarm", domain });
  });
  after(async () => {
    await node?.close();
    await camera?.close();
  });
  const { topic: _, poses: __, ...setting } = interaSite.scene as PosesScene;
  const site: FramesScene = { ...setting, frames: { drawer: "tag_drawer", button: "tag_button" } };
  const rotation = { x: 0, y: 0, z: 1, w: 0 };
  const stamped = (parent: string, child: string, [x, y, z]: readonly [number, number, number]) => {
    const now = Date.now() / 1000;
    const stamp = { sec: Math.floor(now), nsec: Math.round((now % 1) * 1e9) };
    return {
      header: { ...header, stamp, frame_id: parent },
      child_frame_id: child,
      transform: { translation: { x, y, z }, rotation },
    };
  };

  it("a button seen by a camera that looks the other way is where it is in the arm's base, and gone when it is not seen any more", async () => {
    const still = await camera.speak("/tf_static", "tf2_msgs/TFMessage", true);
    const moving = await camera.speak("/tf", "tf2_msgs/TFMessage");
    // The camera stands at (1, 0, 0.5), turned half round about z.
    still.publish({ transforms: [stamped("base", "camera", [1, 0, 0.5])] });
    let seen = true;
    const telling = setInterval(() => {
      const button = stamped("camera", "tag_button", [0.38, 0.15, -0.49]);
      const drawer = stamped("camera", "tag_drawer", [0, 0, 0]);
      moving.publish({ transforms: seen ? [button, drawer] : [drawer] });
    }, 20);
    const clock = pacedClock(seconds(0.01));
    const scene = await openTf(node, site, clock);
    await scene.arrange({ button: { position: [0.62, -0.15, 0.01] } });
    const { facts } = await firstValueFrom(scene.scene$);
    for (const [k, x] of [0.62, -0.15, 0.01].entries()) expect(facts["button"]!.position[k]).to.be.closeTo(x, 1e-9);
    expect(facts["button"]!.valid).to.equal(true);
    seen = false;
    let valid = true;
    scene.scene$.subscribe((state) => (valid = state.facts["button"]!.valid));
    await until("the button to be missed", () => !valid);
    expect(await scene.arrange({ button: { position: [0.62, -0.15, 0.01] } }).catch((error: Error) => error.message)).to.match(
      /button is seen on \/tf within/,
    );
    await scene.close();
    clock.close();
    clearInterval(telling);
  });
  it("frames that lead nowhere are named", async () => {
    const moving = await camera.speak("/tf", "tf2_msgs/TFMessage");
    const telling = setInterval(() => moving.publish({ transforms: [stamped("somewhere", "tag_button", [0, 0, 0])] }), 20);
    const clock = pacedClock(seconds(0.01));
    const scene = await openTf(node, { ...site, frame: "torso" }, clock);
    const why = await scene
      .arrange({ drawer: { position: [0.6, 0.2, 0], opens: [0, -1, 0], travel: metres(0) } })
      .catch((error: Error) => error.message);
    expect(why).to.match(/\/tf leads from no tag_drawer.* to "torso"/);
    await scene.close();
    clock.close();
    clearInterval(telling);
  });
});
