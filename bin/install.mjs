import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const packagesOf = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
};

/** True when node_modules holds every package of package-lock.json at its version. Packages only some machines need do not count. */
export function isInstalled(folder, { dev }) {
  const wanted = packagesOf(path.join(folder, "package-lock.json"));
  const present = packagesOf(path.join(folder, "node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([where, { version, optional, devOptional, dev: onlyDev }]) =>
      where === "" ||
      optional ||
      devOptional ||
      (onlyDev && !dev) ||
      (present[where]?.version === version && existsSync(path.join(folder, where, "package.json"))),
  );
}

/**
 * Installs what package-lock.json of a folder names, once; again when it has changed. npm's output goes to stderr, so that stdout stays the
 * verb's own. Install scripts are not run: no package here needs its own.
 */
export async function install({ dev, folder = root, what = "its dependencies" }) {
  if (isInstalled(folder, { dev })) return;
  process.stderr.write(`onarm: installing ${what}, once\n`);
  const npm = process.env.npm_execpath;
  const args = ["ci", "--ignore-scripts", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund"];
  const [command, all] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ["npm", args];
  const code = await run(command, all, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (code === 0 && isInstalled(folder, { dev })) return;
  process.stderr.write(
    `onarm: ${what} could not be installed ('npm ci' ended with ${code}); check the network and run the command again\n`,
  );
  process.exit(1);
}

/** Runs a program to its end and resolves with its exit code; a signal to us is handed on and then ends us as well. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    let signalled;
    const handOn = (signal) => {
      signalled = signal;
      child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, handOn);
    const ended = (code) => {
      for (const signal of signals) process.off(signal, handOn);
      if (signalled !== undefined) process.exit(130);
      resolve(code);
    };
    child.on("error", () => ended(127));
    child.on("close", (code) => ended(code ?? 1));
  });
}
