/** What things are called, in the world, on its topics, and on ROS 2. One place, so that world, bridge, shim and adapter agree. */
export const WORLD = "onarm";
export const ARM = "sawyer";

/** Gazebo's side. */
export const gz = {
  clock: "/clock",
  joints: "/onarm/joints",
  poses: "/onarm/poses",
  velocity: (joint: string) => `/onarm/${joint}/velocity`,
  position: (joint: string) => `/onarm/${joint}/position`,
} as const;

/**
 * ROS 2's side. The bridge keeps Gazebo's names; the shim makes of them what an arm's driver shows: joint states and tf with the machine's own time,
 * and one array of velocities a tick, which are taken back when no more come.
 */
export const ros = {
  clock: gz.clock,
  joints: gz.joints,
  poses: gz.poses,
  commands: "/onarm/velocity_controller/commands",
  states: "/joint_states",
} as const;
