import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./install.mjs";

/** Debian's own reader of SDF, which checks the world that is written for Gazebo. */
const packages = ["ignition-tools", "libsdformat-dev"];

/** Installs it where that is ours to do. Where it is not, or fails, the test that needs it is skipped and says so. */
export async function installSdformat() {
  if (existsSync("/usr/bin/ign") || existsSync("/usr/bin/gz") || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    return;
  process.stderr.write("onarm: installing sdformat for the test of the Gazebo world, once\n");
  const options = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
}
