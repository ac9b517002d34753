import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../", import.meta.url));
const scratch = mkdtempSync(path.join(os.tmpdir(), "onarm-cli-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program of ours and gathers what a shell would see; `said` resolves when the text has been written. */
function start(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { cwd = root, env } = options;
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => void (err.includes(text) && resolve());
      child.stderr.on("data", look);
      look();
    });
  return { child, ended, said };
}

const onarm = (...args: string[]) => start([path.join(root, "bin/onarm.mjs"), ...args]).ended;
/** The real command line over the verbs of test/support/cli. */
const verb = (...args: string[]) => start(["--import", "tsx", path.join(root, "test/support/cli/main.ts"), ...args]);

describe("the onarm program", () => {
  it("lists its verbs", async () => {
    const { code, out, err } = await onarm("--help");
    expect(code).to.equal(0);
    expect(out).to.include("Usage: onarm <verb> [options]");
    expect(err).to.equal("");
  });

  it("answers a bad command line with one sentence and exit 2", async () => {
    const { code, out, err } = await onarm("evalute", "--json");
    expect(code).to.equal(2);
    expect(err).to.match(/^onarm: unknown verb 'evalute'[^\n]*\n$/);
    expect(JSON.parse(out.trim().split("\n").at(-1)!).error.code).to.equal("usage.invalid");
  });
});

describe("a signal", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    it(`stops a verb in order on ${signal}: what is done is kept, said, and the exit code is 0`, async () => {
      const kept = path.join(scratch, signal);
      const { child, said, ended } = verb("wait", "--json", "--out", kept);
      await said("ready");
      child.kill(signal);
      const { code, out } = await ended;
      expect(code).to.equal(0);
      expect(JSON.parse(out)).to.deep.equal({ steps: 3, interrupted: true });
      expect(readFileSync(kept, "utf8")).to.equal("kept");
    });

  it("that comes twice ends a verb that does not stop, with 130", async () => {
    const { child, said, ended } = verb("wait", "--json", "--stubborn");
    await said("ready");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect((await ended).code).to.equal(130);
  });
});

describe("a program that meets trouble", () => {
  it("runs to its end when its reader has left", async () => {
    const file = path.join(scratch, "talk");
    const { child, ended } = verb("talk", "--out", file);
    child.stdout.once("data", () => child.stdout.destroy());
    expect((await ended).code).to.equal(0);
    expect(readFileSync(file, "utf8")).to.equal("to the end");
  });

  it("stops in order when an error escapes into a callback, and ends with 1 and one sentence", async () => {
    const file = path.join(scratch, "stray");
    const { code, out, err } = await verb("stray", "--json", "--out", file).ended;
    expect(code).to.equal(1);
    expect(JSON.parse(out)).to.deep.equal({ error: { code: "unexpected", message: "lost in a callback" } });
    expect(err).to.match(/^onarm: lost in a callback; [^\n]*\n$/);
    expect(readFileSync(file, "utf8")).to.equal("stopped in order");
  });
});

/** npm's own program: the one that runs this test, else the one on the path. */
const npmOf = (env: NodeJS.ProcessEnv) =>
  env["npm_execpath"] ??
  realpathSync(
    env["PATH"]!.split(path.delimiter)
      .map((folder) => path.join(folder, "npm"))
      .find(existsSync)!,
  );

describe("npm start on a fresh clone", () => {
  const clone = path.join(scratch, "clone");
  const log = path.join(scratch, "npm.log");
  /** Stands for npm: notes how it was called and puts node_modules in place. */
  const npm = path.join(scratch, "npm.mjs");
  const args = ["--headless", "--json", "--seed", "7"];
  const run = () =>
    start([path.join(clone, "bin/start.mjs"), ...args], { cwd: scratch, env: { npm_execpath: npm, ONARM_TEST_LOG: log } }).ended;
  const calls = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);

  before(() => {
    mkdirSync(clone);
    cpSync(path.join(root, "bin"), path.join(clone, "bin"), { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(path.join(root, file), path.join(clone, file));
    mkdirSync(path.join(clone, "launch"));
    writeFileSync(
      path.join(clone, "launch/main.ts"),
      `console.log(JSON.stringify(process.argv.slice(2) satisfies string[]));
       if (process.argv.includes("--wait")) {
         const alive = setInterval(() => {}, 1000);
         process.once("SIGTERM", () => (console.log("stopped in order"), clearInterval(alive)));
         console.error("ready");
       }`,
    );
    writeFileSync(
      npm,
      `import { appendFileSync, existsSync, symlinkSync } from "node:fs";
       appendFileSync(process.env.ONARM_TEST_LOG, process.argv.slice(2).join(" ") + "\\n");
       console.log("npm talks");
       if (!existsSync("node_modules")) symlinkSync(${JSON.stringify(path.join(root, "node_modules"))}, "node_modules");`,
    );
  });

  it("installs first, telling so on stderr alone, then runs the demo with the arguments given", async () => {
    const { code, out, err } = await run();
    expect(calls()).to.have.length(1);
    expect(calls()[0]).to.match(/^ci --ignore-scripts /);
    expect(err).to.include("installing its dependencies").and.include("npm talks");
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.equal(["demo", ...args]);
  });

  it("installs once", async () => {
    const { err } = await run();
    expect(calls()).to.have.length(1);
    expect(err).to.not.include("installing");
  });

  it("hands a signal that only npm was sent on to the demo, which stops in order", async () => {
    const { child, ended, said } = start([npmOf(process.env), "start", "--", "--wait"], { cwd: clone });
    await said("ready");
    child.kill("SIGTERM");
    const { code, out } = await ended;
    expect(out).to.include("stopped in order");
    expect(code).to.equal(0);
  });

  it("installs again when package-lock.json names another version, and says so when that does not help", async () => {
    const lock = path.join(clone, "package-lock.json");
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/("node_modules\/rxjs": \{\s*"version": ")[^"]+/, "$10.0.1"));
    const { code, err } = await run();
    expect(calls()).to.have.length(2);
    expect(code).to.equal(1);
    expect(err).to.include("could not be installed");
  });
});
