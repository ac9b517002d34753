import type { Arm } from "../../src/ports/arm.ts";
import type { Ros2 } from "../ros.ts";
import { overRos2 } from "../ros2/wire.ts";
import { openIntera } from "./intera.ts";
import type { InteraOptions } from "./intera.ts";

export interface InteraRos2Options extends InteraOptions {
  /** Stays the caller's, who closes it after the arm. */
  readonly node: Ros2;
}

/** A Sawyer behind ros1_bridge. Rejects as `openIntera`. */
export const openInteraRos2 = ({ node, ...options }: InteraRos2Options): Promise<Arm> =>
  openIntera("intera-ros2", overRos2(node), options);
