import { existsSync, readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { runCli, type Terminal, type Verb } from "./cli.ts";
import { interruptsFrom } from "./interrupt.ts";

/** How long a finished run may still hold the process open (a socket, a worker) before it is ended, ms. */
const lingerMs = 2000;

const verbs = new URL("./verbs/", import.meta.url);
const shelf = {
  names: existsSync(verbs)
    ? readdirSync(verbs)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => file.slice(0, -3))
        .sort()
    : [],
  load: async (name: string) => ((await import(new URL(`${name}.ts`, verbs).href)) as { verb: Verb }).verb,
};

/** A reader that goes away (`| head`) must not end a run that moves an arm: what it would have read is dropped. */
function writer(stream: NodeJS.WriteStream) {
  let open = true;
  stream.on("error", () => (open = false));
  return (text: string) => void (open && stream.write(text));
}

const out = writer(process.stdout);
const err = writer(process.stderr);
const terminal: Terminal = {
  out: (line) => out(`${line}\n`),
  err: (line) => err(`${line}\n`),
  progress: {
    write: err,
    terminal: process.stderr.isTTY === true,
    get width() {
      return process.stderr.columns ?? 80;
    },
    now: () => performance.now() / 1000,
  },
};

const leave = () => process.exit(130);
const interrupts = interruptsFrom(process, () => performance.now(), terminal.err, leave);

/** An error nobody awaited: the arm is stopped as for a signal, then the process ends. */
const astray = (error: unknown) => {
  terminal.err(
    `onarm: ${error instanceof Error ? error.message : String(error)}; this is a fault in onarm, run again with --debug for where it happened`,
  );
  if (process.argv.includes("--debug") && error instanceof Error) terminal.err(error.stack ?? "");
  interrupts.trigger("fault");
  setTimeout(() => process.exit(1), lingerMs).unref();
  void interrupts.settled().then(() => process.exit(1));
};
process.on("uncaughtException", astray);
process.on("unhandledRejection", astray);

const version = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;
process.exitCode = await runCli(process.argv.slice(2), shelf, version, terminal, interrupts);
interrupts.release();
setTimeout(() => process.exit(), lingerMs).unref();
