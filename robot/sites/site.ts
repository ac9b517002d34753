import { z } from "zod";
import { THINGS } from "../../src/domain/scene.ts";

const length = z.number().min(-5).max(5);
const point = z.tuple([length, length, length]);
const topic = z.string().startsWith("/");
const thing = z.enum(THINGS);

/** What every tracked scene says of its things. */
const setting = {
  /** What everything is told in: the arm's base. */
  frame: z.string().min(1),
  /**
   * Where what matters is in the frame of what is tracked: the middle of the drawer's handle bar, of the cap's top, of the foot of the locker's front, of
   * the tray's foot, of a block itself. A thing without one is not tracked.
   */
  offsets_m: z.partialRecord(thing, point),
  /** The middle of the drawer's handle bar stands off from the foot of its closed front by so much. */
  handle_m: z.strictObject({ reach: length, height: length }),
  /** How far from where it is wanted a thing may be set out. */
  tolerance_m: z.number().positive().max(0.2),
};

/** How a lab's tracker tells of the scene, as geometry_msgs/PoseArray. */
const poses = z.strictObject({
  ...setting,
  topic,
  /** What each pose of the array is, in order; header.frame_id is `frame`. */
  poses: z.array(thing).min(1),
});

/** The same by tf: which frame of the tree each thing is. `frame` is where they are wanted, however many transforms away. */
const frames = z.strictObject({ ...setting, frames: z.partialRecord(thing, z.string().min(1)) });

const common = {
  /** File with the robot's own URDF, beside the site file; what it tells itself when left out. */
  urdf: z.string().min(1).optional(),
};
/** What a Sawyer closes its fingers with; it closes nothing when left out. */
const gripper = z.enum(["intera-electric"]).optional();
/** ROS_DOMAIN_ID; that of the terminal when left out. */
const domain = z.int().min(0).max(232).optional();
const ros2Scene = z.union([poses, frames]);

/** One lab: which arm, over which wire, seen by what. */
export const siteFile = z.discriminatedUnion("arm", [
  z.strictObject({ arm: z.literal("intera-ros1"), master: z.string().min(1), ...common, gripper, scene: poses }),
  z.strictObject({ arm: z.literal("intera-ros2"), domain, ...common, gripper, scene: ros2Scene }),
  z.strictObject({
    arm: z.literal("ros2-control"),
    domain,
    ...common,
    joint_states: topic,
    command: z.strictObject({
      /** What the controller takes: a group's velocities or positions (std_msgs/Float64MultiArray), or trajectory_msgs/JointTrajectory. */
      interface: z.enum(["velocity", "position", "trajectory"]),
      topic,
      /** The controller's own order of joints; the arm's when left out. */
      joints: z.array(z.string().min(1)).optional(),
    }),
    scene: ros2Scene,
  }),
]);

export type Site = z.output<typeof siteFile>;
export type Ros1Site = Extract<Site, { arm: "intera-ros1" }>;
export type Ros2Site = Exclude<Site, Ros1Site>;
export type ControlSite = Extract<Site, { arm: "ros2-control" }>;
export type PosesScene = z.output<typeof poses>;
export type FramesScene = z.output<typeof frames>;
export type TrackedScene = PosesScene;
/** What does not depend on how the tracker tells. */
export type SceneSetting = Pick<PosesScene, keyof typeof setting>;
