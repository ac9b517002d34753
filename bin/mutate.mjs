import "./node-version.mjs";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { install, root, run } from "./install.mjs";

const at = (file) => path.join(root, file);
const report = "out/mutation/report.json";
const page = "docs/results/mutation.md";

await install({ dev: true });
await install({ dev: true, folder: at("tools/mutation"), what: "what mutation testing needs" });
rmSync(at(report), { force: true });

// What to mutate may be named: `npm run mutate -- src/safety/rules.ts:80-140`. A part has no score to reach.
const parts = process.argv.slice(2);
const stryker = at("tools/mutation/node_modules/@stryker-mutator/core/bin/stryker.js");
const args = ["run", "tools/mutation/stryker.config.mjs", ...(parts.length > 0 ? ["--mutate", parts.join(",")] : [])];
// Cases of a property are cheap once and dear a thousand times: what a few hundred do not tell is told by a test that says what it means.
const env = { ONARM_MANY: "300", ...process.env };
const code = await run(process.execPath, [stryker, ...args], { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });

if (existsSync(at(report))) {
  const { unexplained } = await import("../tools/mutation/survivors.mjs");
  const silent = unexplained(at(report), at(page));
  for (const { where, name } of silent)
    process.stdout.write(`no test notices ${where}, and ${page} does not say why:\n  ${name}\n`);
  process.exitCode = silent.length > 0 || (code !== 0 && parts.length === 0) ? 1 : 0;
} else process.exitCode = code || 1;
