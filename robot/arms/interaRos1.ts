import type { Arm } from "../../src/ports/arm.ts";
import type { Ros1 } from "../ros1/node.ts";
import { overRos1 } from "../ros1/wire.ts";
import { openIntera } from "./intera.ts";
import type { InteraOptions } from "./intera.ts";

export interface InteraRos1Options extends InteraOptions {
  /** Stays the caller's, who closes it after the arm. */
  readonly node: Ros1;
}

/** A Sawyer over its own ROS 1 master; no bridge. Rejects as `openIntera`. */
export const openInteraRos1 = ({ node, ...options }: InteraRos1Options): Promise<Arm> =>
  openIntera("intera-ros1", overRos1(node), options);
