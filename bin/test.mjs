import "./node-version.mjs";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { installChromium } from "./chromium.mjs";
import { install, root, run } from "./install.mjs";
import { installMosquitto } from "./mosquitto.mjs";
import { installRosmaster } from "./rosmaster.mjs";
import { installSdformat } from "./sdformat.mjs";
import { installSocat } from "./socat.mjs";

await install({ dev: true });
await installChromium();
await installMosquitto();
await installSocat();
await installRosmaster();
await installSdformat();

const scratch = mkdtempSync(path.join(os.tmpdir(), "onarm-test-"));
const counts = path.join(scratch, "counts.json");
const stages = [
  ["types", "typescript/bin/tsc", "--noEmit"],
  ["types of the page", "typescript/bin/tsc", "--noEmit", "-p", "src/operator/page"],
  ["lint", "eslint/bin/eslint.js", "."],
  ["format", "prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
  ["tests", "mocha/bin/mocha.js", "--reporter", path.join(root, "bin/reporter.mjs"), ...process.argv.slice(2)],
];

const failed = [];
for (const [name, program, ...args] of stages) {
  process.stdout.write(`== ${name}\n`);
  const options = { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ONARM_COUNTS: counts } };
  const code = await run(process.execPath, [path.join(root, "node_modules", program), ...args], options);
  if (code !== 0) failed.push(name);
}

let line = "the tests ended without a count";
try {
  const { passes, failures, pending } = JSON.parse(readFileSync(counts, "utf8"));
  line = `${passes} passed, ${failures} failed, ${pending} skipped`;
  if (passes + failures === 0) failed.push("no test ran");
} catch {
  failed.push("no count");
}
rmSync(scratch, { recursive: true, force: true });
if (failed.length > 0) process.stdout.write(`not good: ${failed.join(", ")}\n`);
process.stdout.write(`${line}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
