import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./install.mjs";

/** Where the broker of the fleet's tests may lie; $ONARM_MOSQUITTO comes first. */
export const findMosquitto = () =>
  [process.env.ONARM_MOSQUITTO, "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].find(
    (file) => file && existsSync(file),
  );

/** Installs Debian's mosquitto where that is ours to do. Where it is not, or fails, the tests that need a broker are skipped and say so. */
export async function installMosquitto() {
  if (findMosquitto() || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  process.stderr.write("onarm: installing mosquitto for the fleet's tests, once\n");
  const options = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "mosquitto"], options);
}
