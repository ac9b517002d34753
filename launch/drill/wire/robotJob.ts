/** A Sawyer played by a twin, as a process of its own that can be told to fail on its own side of the wire. */
export interface RobotJob {
  readonly wire: "intera-ros1" | "intera-ros2";
  /** Where: "http://host:port" of a ROS 1 master, or a ROS 2 domain. */
  readonly where: string | number;
  readonly start: readonly number[];
  /** s: silence after which it forgets a velocity until it is told otherwise. */
  readonly timeout: number;
  /** File that gets a line of JSON a period: what the arm really did. */
  readonly trace: string;
}

/** What befalls what is said on one topic: nothing any more, half a second late, or somewhere else than it is. */
export type Ailment = "mute" | "late" | "jumped";

export type ToRobot =
  { readonly ails: string; readonly how: Ailment } | { readonly deaf: string } | { readonly well: true } | { readonly end: true };
/** `code`: why it did not start. */
export type FromRobot = { readonly ready: true } | { readonly code: string; readonly message: string };
