import { Subscription } from "rxjs";
import { gazeboFiles } from "../../launch/verbs/gazebo.ts";
import { hostTwin } from "../../launch/speak/pacedHost.ts";
import { quaternion, xyz } from "../../launch/foxglove/transforms.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import type { ShimSettings } from "../../robot/gazebo/shim.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { timeOf } from "../../robot/ros1/messages.ts";
import type { DrawerSpec, SceneSpec, SceneState } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { fromPose } from "../../src/kinematics/transform.ts";
import type { Transform } from "../../src/kinematics/transform.ts";
import { sdfWorld } from "./sdfWorld.ts";

/** Gazebo and its bridge as ROS 2 sees them: simulated stamps, names of the written world, and joints that keep their last velocity for ever. */
export async function fakeGazebo(node: Ros2, scene: SceneSpec) {
  const files = gazeboFiles(scene);
  const settings = JSON.parse(files["shim.json"]!) as ShimSettings;
  const { models } = sdfWorld(files["world.sdf"]!);
  // Away from where it is to stand, as the world begins.
  const start = sawyer.poses["neutral"]!.map((q, k) => q + (k === 3 ? 0.2 : 0));
  const host = await hostTwin(sawyer, { timeout: 1, start, scene });
  const { twin } = host;
  const kept = settings.joints.map(() => 0);
  const open = new Subscription();
  settings.velocity_topics.forEach((topic, k) =>
    open.add(node.hear(topic, "std_msgs/Float64").message$.subscribe(({ data }) => void (kept[k] = data))),
  );
  const states = await node.speak(settings.joint_states_from, "sensor_msgs/JointState");
  const poses = await node.speak(settings.poses_from, "tf2_msgs/TFMessage");
  let [seq, began] = [0, 0];
  let facts: SceneState["facts"] = {};
  open.add(twin.scene.scene$.subscribe((it) => (facts = it.facts)));
  const { drawer: d, button: b, locker: l, tray: t } = scene;
  const yaw = ({ opens: [x, y] }: DrawerSpec) => Math.atan2(-x, y);
  const places: Readonly<Record<string, { link: string; joint?: string; foot?: Vec3; yaw?: number; began?: number }>> = {
    ...(d && { drawer: { link: "tray", joint: "slide", foot: d.position, yaw: yaw(d), began: d.travel } }),
    ...(b && { button: { link: "cap", joint: "press", foot: [b.position[0], b.position[1], b.position[2] - 0.06] } }),
    ...(l && { locker: { link: "box", joint: "slide", foot: l.position, yaw: yaw(l), began: l.travel } }),
    ...(t && { tray: { link: "body", foot: t.position } }),
    // What is free is where it is now.
    object: { link: "block" },
    brick: { link: "block" },
  };
  const tf = (frame: string, child: string, { p, R }: Transform, stamp: ReturnType<typeof timeOf>) => ({
    ...{ header: { seq: 0, stamp, frame_id: frame }, child_frame_id: child },
    transform: { translation: xyz(p), rotation: quaternion(R) },
  });
  open.add(
    twin.message$.subscribe(({ name, position, velocity, effort }) => {
      twin.arm.send({ kind: "velocity", value: [...kept], period: twin.clock.period }).subscribe({ error: () => {} });
      const stamp = timeOf((seq++ - began) * twin.clock.period);
      states.publish({ header: { seq, stamp, frame_id: "" }, name, position, velocity, effort });
      const placed = [...models.keys()].filter((model) => model in places);
      poses.publish({
        transforms: [
          // The launch file's own static transform.
          tf("base", "onarm", fromPose({ xyz: [0, 0, 0], rpy: [0, 0, 0] }), stamp),
          ...placed.flatMap((model) => {
            const { link, joint, foot, yaw = 0, began: out = 0 } = places[model]!;
            const fact = facts[model];
            const xyz = foot ?? fact?.position;
            if (xyz === undefined) return [];
            const moved = joint === undefined ? {} : { [joint]: (fact?.travel ?? 0) - out };
            return [
              tf("onarm", model, fromPose({ xyz, rpy: [0, 0, yaw] }), stamp),
              tf(model, `${model}::${link}`, models.get(model)!.frame(link, moved), stamp),
            ];
          }),
        ],
      });
    }),
  );
  return {
    twin,
    settings,
    /** The world's time begins again. */
    rewind: () => void (began = seq),
    async close() {
      open.unsubscribe();
      await host.close();
    },
  };
}
