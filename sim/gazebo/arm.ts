import type { ArmDescription, Joint } from "../../src/domain/arm.ts";
import { lumpsOf } from "./lumps.ts";
import type { Lump } from "./lumps.ts";
import { ARM, gz } from "./names.ts";
import { body, element, inertial, leaf, numbers, pose, system } from "./sdf.ts";
import type { Sdf } from "./sdf.ts";

/**
 * Damping N m s/rad and friction N m of the joints: those of the vendor's own Gazebo model (RethinkRobotics/sawyer_robot d1ef3d0,
 * sawyer_gazebo). Facts of a simulation: nobody publishes the drives'.
 */
const dynamics: Readonly<Record<string, readonly [damping: number, friction: number]>> = {
  right_j0: [10, 5],
  right_j1: [5, 2],
  right_j2: [5, 2],
  right_j3: [1, 0.5],
  right_j4: [2, 1],
  right_j5: [1, 0.5],
  right_j6: [1, 0.5],
};
/** Of a finger, N s/m and N, and the gains of the servo that holds it, N/m and N s/m. */
const finger = { damping: 20, friction: 0.1, p: 1000, d: 10 } as const;
/** Pads and metal on furniture. */
const FRICTION = 0.4;
/** Joint states a second: what the real arm's own rate is. */
const RATE = 100;
/** Poses of the world a second, for the scene. */
const POSES = 50;

/** What moves in this world: the joints that take commands, and the fingers. The head looks straight ahead for ever. */
const movesIn =
  ({ commanded }: ArmDescription) =>
  ({ name, kind }: Joint) =>
    kind === "prismatic" || commanded.includes(name);

const joint = ({ name, kind, parent, child, axis, lower, upper, speed, effort }: Joint): Sdf => {
  const [damping, friction] = dynamics[name] ?? [finger.damping, finger.friction];
  return element(
    "joint",
    { name, type: kind },
    leaf("parent", parent),
    leaf("child", child),
    element(
      "axis",
      {},
      leaf("xyz", numbers(axis)),
      element("limit", {}, leaf("lower", lower), leaf("upper", upper), leaf("velocity", speed), leaf("effort", effort)),
      element("dynamics", {}, leaf("damping", damping), leaf("friction", friction)),
    ),
  );
};

const link = ({ name, inertial: it, geometry, frames, joint }: Lump): readonly Sdf[] => [
  element(
    "link",
    { name },
    joint ? pose(joint.origin, joint.parent) : "",
    // Gazebo has no drives that carry the arm's weight.
    leaf("gravity", false),
    inertial(it),
    ...geometry.flatMap((primitive, k) => body(`${name}_${k}`, primitive, { colour: "arm", friction: FRICTION })),
  ),
  ...Object.entries(frames).map(([frame, at]) => element("frame", { name: frame, attached_to: name }, pose(at))),
];

/**
 * The arm as one SDF model named ARM, standing where its base is the world's origin: bodies, joints, and the systems that drive and tell them.
 * Velocities of the commanded joints come one by one; a velocity stays until another one comes, for Gazebo's controller knows no time-out.
 */
export function armModel(description: ArmDescription): Sdf {
  const lumps = lumpsOf(description, movesIn(description));
  const joints = lumps.flatMap((lump) => lump.joint ?? []);
  const fingers = joints.filter(({ kind }) => kind === "prismatic");
  return element(
    "model",
    { name: ARM },
    // Neighbours overlap where they meet, as those of the real arm's covers do.
    leaf("self_collide", false),
    element("joint", { name: "stands", type: "fixed" }, leaf("parent", "world"), leaf("child", description.base)),
    ...lumps.flatMap(link),
    ...joints.map(joint),
    ...description.commanded.map((name) =>
      system(
        "joint-controller",
        "JointController",
        leaf("joint_name", name),
        leaf("initial_velocity", 0),
        leaf("topic", gz.velocity(name)),
      ),
    ),
    ...fingers.map(({ name, effort }) =>
      system(
        "joint-position-controller",
        "JointPositionController",
        leaf("joint_name", name),
        leaf("topic", gz.position(name)),
        leaf("p_gain", finger.p),
        leaf("i_gain", 0),
        leaf("d_gain", finger.d),
        leaf("cmd_max", effort),
        leaf("cmd_min", -effort),
      ),
    ),
    system(
      "joint-state-publisher",
      "JointStatePublisher",
      leaf("topic", gz.joints),
      leaf("update_rate", RATE),
      ...joints.map(({ name }) => leaf("joint_name", name)),
    ),
  );
}

/** Tells where a model of the scene and its parts are. */
export const posesOf = (): Sdf =>
  system(
    "pose-publisher",
    "PosePublisher",
    leaf("topic", gz.poses),
    leaf("publish_link_pose", true),
    leaf("publish_model_pose", true),
    leaf("publish_nested_model_pose", false),
    leaf("publish_collision_pose", false),
    leaf("publish_visual_pose", false),
    leaf("publish_sensor_pose", false),
    leaf("use_pose_vector_msg", true),
    leaf("update_frequency", POSES),
  );
