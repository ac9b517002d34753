import { Subscription } from "rxjs";
import { timeOf } from "../../robot/ros1/messages.ts";
import { REQUEST } from "../../robot/scenes/tracked.ts";
import type { PosesScene } from "../../robot/sites/site.ts";
import type { Wire } from "../../robot/wire.ts";
import type { Twin } from "../../sim/twin.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { xyz } from "../foxglove/transforms.ts";

/** A tracker tells so often, in periods of the arm's: a camera's rate. */
const EVERY = 3;
const upright = { x: 0, y: 0, z: 0, w: 1 };
const unseen = { x: NaN, y: NaN, z: NaN };

/** Plays the lab around a twin: its tracker, and the hands that set a scene out when it is asked for. */
export async function speakTracker(
  twin: Twin,
  { topic, frame, poses }: PosesScene,
  wire: Pick<Wire, "hear" | "speak">,
): Promise<Subscription> {
  const tracker = await wire.speak(topic, "geometry_msgs/PoseArray");
  const wall = Date.now() / 1000;
  let epoch: number | undefined;
  let seq = 0;
  const open = twin.scene.scene$.subscribe({
    next: ({ at, facts }) => {
      epoch ??= at;
      if (seq++ % EVERY !== 0) return;
      const stamp = timeOf(wall + at - epoch);
      tracker.publish({
        header: { seq, stamp, frame_id: frame },
        poses: poses.map((name) => ({ position: facts[name] ? xyz(facts[name].position) : unseen, orientation: upright })),
      });
    },
    error: () => {},
  });
  open.add(
    wire.hear(REQUEST, "std_msgs/String").message$.subscribe(({ data }) => {
      // What cannot stand is not set out; who asked sees that.
      void (async () => twin.scene.arrange(JSON.parse(data) as SceneSpec))().catch(() => {});
    }),
  );
  return open;
}
