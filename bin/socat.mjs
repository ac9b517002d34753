import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./install.mjs";

/** Installs Debian's socat, which holds the far ends of the tests' serial ports, where that is ours to do. Elsewhere those tests are skipped and say so. */
export async function installSocat() {
  if (!spawnSync("socat", ["-V"]).error || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  process.stderr.write("onarm: installing socat for the tests of serial ports, once\n");
  const options = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "socat"], options);
}
