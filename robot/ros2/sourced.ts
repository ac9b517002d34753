import { existsSync } from "node:fs";
import path from "node:path";

/** What rclnodejs 2.2 is made for; a newer one may do. */
const known = ["humble", "jazzy", "kilted", "lyrical", "rolling"];

const how =
  "source one first, as in: source /opt/ros/jazzy/setup.bash; then run this again in the same terminal (docs/ros2.md has all steps)";

/**
 * Why no ROS 2 can be used from this process, with what to do; undefined when one is sourced. Asked before rclnodejs is loaded, which without a ROS
 * would delete its own build and try to make it anew.
 */
export function missingRos2(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const distro = env["ROS_DISTRO"];
  if (!distro) return `no ROS 2 is sourced here: ${how}`;
  if (env["ROS_VERSION"] === "1") return `what is sourced here is ${distro}, a ROS 1: ${how}`;
  if (!known.includes(distro))
    return `the ROS 2 sourced here is ${distro}, which rclnodejs 2.2 does not know; it is made for ${known.join(", ")}`;
  if (env["RCLNODEJS_FORCE_BUILD"] === "1")
    return "RCLNODEJS_FORCE_BUILD=1 makes rclnodejs compile itself at every start: unset it";
  const prefixes = (env["AMENT_PREFIX_PATH"] ?? "").split(path.delimiter).filter(Boolean);
  if (prefixes.length === 0) return `ROS_DISTRO is ${distro}, but AMENT_PREFIX_PATH is empty: ${how}`;
  const gone = prefixes.filter((prefix) => !existsSync(prefix));
  if (gone.length > 0) return `AMENT_PREFIX_PATH names ${gone.join(", ")}, which is not there: ${how}`;
  const libraries = (env["LD_LIBRARY_PATH"] ?? "").split(path.delimiter).filter(Boolean);
  if (!libraries.some((folder) => existsSync(path.join(folder, "librcl.so"))))
    return `LD_LIBRARY_PATH leads to no librcl.so of ${distro}: ${how}`;
  const dds = env["RMW_IMPLEMENTATION"];
  if (dds && !libraries.some((folder) => existsSync(path.join(folder, `lib${dds}.so`))))
    return `RMW_IMPLEMENTATION is ${dds}, which this ${distro} does not have: install ros-${distro}-${dds.replaceAll("_", "-")}, or unset it on every machine of this domain`;
  return undefined;
}

/** Whether the ROS 2 that is sourced has a package of messages, without loading anything. */
export const hasPackage = (name: string, env: Readonly<Record<string, string | undefined>>): boolean =>
  (env["AMENT_PREFIX_PATH"] ?? "")
    .split(path.delimiter)
    .some((prefix) => prefix !== "" && existsSync(path.join(prefix, "share", name, "package.xml")));
