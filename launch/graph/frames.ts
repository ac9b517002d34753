import type { ArmDescription } from "../../src/domain/arm.ts";
import type { TransformStamped } from "../../robot/ros2/messages.ts";
import type { Header } from "../../robot/ros1/messages.ts";
import { linkTransforms, tree } from "../../src/kinematics/tree.ts";
import { quaternion, seenFrom, xyz } from "../foxglove/transforms.ts";

/** Every link of an arm in its parent, at a posture. Joints that take no command stand at zero. */
export function framesOf(description: ArmDescription) {
  const body = tree(description);
  return (q: readonly number[], header: Header): readonly TransformStamped[] => {
    const frames = linkTransforms(body, q);
    return description.joints.map(({ parent, child }) => {
      const { p, R } = seenFrom(frames.get(parent)!, frames.get(child)!);
      return {
        header: { ...header, frame_id: parent },
        child_frame_id: child,
        transform: { translation: xyz(p), rotation: quaternion(R) },
      };
    });
  };
}
