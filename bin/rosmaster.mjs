import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./install.mjs";

/** Debian's own ROS 1: a real master, and the vendor-neutral tools that check what we say. */
const packages = [
  "python3-rosmaster",
  "python3-rostopic",
  "python3-rosnode",
  "python3-rosmsg",
  "python3-rospy",
  "python3-sensor-msgs",
  "python3-std-msgs",
  "python3-geometry-msgs",
  "ros-std-msgs",
  "ros-sensor-msgs",
];

/** Where a ROS 1 master may lie; $ONARM_ROSMASTER comes first. */
export const findRosmaster = () =>
  [process.env.ONARM_ROSMASTER, "/usr/bin/rosmaster", "/opt/ros/noetic/bin/rosmaster"].find((file) => file && existsSync(file));

/** Installs Debian's ROS 1 master where that is ours to do. Where it is not, or fails, the tests on a real wire are skipped and say so. */
export async function installRosmaster() {
  if (findRosmaster() || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  process.stderr.write("onarm: installing a ROS 1 master for the tests of the real wire, once\n");
  const options = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
}
