import { existsSync } from "node:fs";
import process from "node:process";
import { run } from "./install.mjs";

/** Where the browser of the page's tests may lie; $ONARM_CHROMIUM comes first. */
export const findChromium = () =>
  [process.env.ONARM_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (file) => file && existsSync(file),
  );

/** Installs Debian's chromium where that is ours to do. Where it is not, or fails, the page's tests are skipped and say so. */
export async function installChromium() {
  if (findChromium() || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  process.stderr.write("onarm: installing chromium for the page's tests, once\n");
  const options = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-qq"], options);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], options);
}
