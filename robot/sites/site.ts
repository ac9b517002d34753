import { z } from "zod";

const length = z.number().min(-5).max(5);

/** How a lab's tracker tells of the scene, as geometry_msgs/PoseArray. */
const scene = z.strictObject({
  topic: z.string().startsWith("/"),
  /** header.frame_id of its messages: everything here is told in the arm's base. */
  frame: z.string().min(1),
  /** What each pose of the array is, in order. */
  poses: z.array(z.enum(["drawer", "button"])).min(1),
  /** Where what matters is in the frame of what is tracked: the handle bar's centre, the cap's top. */
  offsets_m: z.strictObject({ drawer: z.tuple([length, length, length]), button: z.tuple([length, length, length]) }),
  /** The handle bar's centre stands off from the foot of the closed front by so much. */
  handle_m: z.strictObject({ reach: length, height: length }),
  /** How far from where it is wanted a thing may be set out. */
  tolerance_m: z.number().positive().max(0.2),
});

/** One lab: which arm, on which master, seen by what. */
export const siteFile = z.strictObject({
  arm: z.literal("intera-ros1"),
  master: z.string().min(1),
  /** File with the robot's own URDF, beside the site file; what it keeps with its master when left out. */
  urdf: z.string().min(1).optional(),
  scene,
});

export type Site = z.output<typeof siteFile>;
export type TrackedScene = z.output<typeof scene>;
