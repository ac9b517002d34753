import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const RELEASE = "/etc/os-release";

const codename = (release: string): string | undefined => /^VERSION_CODENAME="?([\w-]+)/m.exec(release)?.[1];

/**
 * The native part of a rclnodejs in `root` that it would load for a ROS 2 by that name: one that it ships for this very system, else one that was
 * compiled here. Undefined where it would begin to compile. `release`: text of /etc/os-release.
 */
export function nativePart(
  root: string,
  distro: string,
  release = existsSync(RELEASE) ? readFileSync(RELEASE, "utf8") : "",
): string | undefined {
  const shipped = `${distro}-${codename(release)}-${process.arch}-node-rclnodejs.node`;
  return [
    path.join(root, "prebuilds", `${process.platform}-${process.arch}`, shipped),
    path.join(root, "build", "Release", "rclnodejs.node"),
  ].find((file) => existsSync(file));
}
