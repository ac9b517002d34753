import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";

/** A process of its own that said where it listens. It does not hold its parent, and a Ctrl-C meant for the parent does not end it. */
export interface Spawned {
  readonly address: string;
  readonly pid: number;
  /** Ends the process; resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** The first line the process says: where it listens, or why it does not. */
async function firstLine(child: ChildProcess, what: string): Promise<string> {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text));
  const gone = once(child, "exit").then(([code]) => {
    throw new OnarmError("process.lost", `the ${what}'s process ended with ${code} before it was ready: ${said.slice(-2000)}`);
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout!), "line"), gone])) as [string];
  gone.catch(() => {}); // from here on its end is the link's to report
  return line;
}

/** Starts a TypeScript entry that reads `job` as JSON from stdin and answers with a line of JSON: {address}, or {code, message}, which is thrown. */
export async function spawned(entry: URL, what: string, job: unknown): Promise<Spawned> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const child = spawn(process.execPath, ["--import", tsx, fileURLToPath(entry)], { detached: true, stdio: "pipe" });
  child.stdin.on("error", () => {}).end(JSON.stringify(job));
  const said = JSON.parse(await firstLine(child, what)) as { address: string } | { code: FaultCode; message: string };
  if ("code" in said) throw new OnarmError(said.code, said.message);

  // Nothing of the child may hold this process: not its pipes, not its handle.
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return {
    address: said.address,
    pid: child.pid!,
    async end(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const gone = once(child, "exit");
      child.kill(signal);
      // A stopped process does not hear SIGTERM until it goes on.
      child.kill("SIGCONT");
      await gone;
    },
  };
}
