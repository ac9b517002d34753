import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import process from "node:process";
import type { VerbShelf } from "./arguments.ts";
import { runCli, type Terminal, type Verb } from "./cli.ts";
import { interruptsFrom } from "./interrupt.ts";

/** How long a finished run may still hold the process open (a socket, a worker) before it is ended, ms. */
const lingerMs = 2000;

/** The verbs of a folder: one module each, named as the verb is. */
function shelfOf(folder: URL): VerbShelf {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .sort();
  return { names, load: async (name) => ((await import(new URL(`${name}.ts`, folder).href)) as { verb: Verb }).verb };
}

/** A reader that goes away (`| head`) must not end a run that moves an arm: what it would have read is dropped. */
function writer(stream: NodeJS.WriteStream) {
  let open = true;
  stream.on("error", () => (open = false));
  return (text: string) => void (open && stream.write(text));
}

function terminalOf(out: (text: string) => void, err: (text: string) => void): Terminal {
  return {
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
}

/** This process as the command line: arguments, streams, signals and exit code, over the verbs of `folder`. */
export async function runProcess(folder: URL): Promise<void> {
  const terminal = terminalOf(writer(process.stdout), writer(process.stderr));
  const leave = () => process.exit(130);
  const interrupts = interruptsFrom(process, () => performance.now(), terminal.err, leave);

  /** An error nobody awaited: the arm is stopped as for a signal, then the process ends. */
  const astray = (error: unknown) => {
    const what = error instanceof Error ? error.message : String(error);
    terminal.err(`onarm: ${what}; this is a fault in onarm, run again with --debug for where it happened`);
    if (process.argv.includes("--debug") && error instanceof Error) terminal.err(error.stack ?? "");
    if (process.argv.includes("--json")) terminal.out(JSON.stringify({ error: { code: "unexpected", message: what } }));
    interrupts.trigger("fault");
    setTimeout(() => process.exit(1), lingerMs).unref();
    void interrupts.settled().then(() => process.exit(1));
  };
  process.on("uncaughtException", astray);
  process.on("unhandledRejection", astray);

  // It asks for a link; where there is no page, and while one closes, it must not end what moves an arm.
  process.on("SIGUSR2", () => {});

  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  process.exitCode = await runCli(process.argv.slice(2), shelfOf(folder), manifest.version, terminal, interrupts);
  interrupts.release();
  setTimeout(() => process.exit(), lingerMs).unref();
}
