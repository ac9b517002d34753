import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ArmDescription } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import { connectTwin } from "./twinClient.ts";
import type { PacedTwin } from "./twinClient.ts";
import type { PacedOptions, TwinJob } from "./twinProcess.ts";

export { connectTwin } from "./twinClient.ts";
export type { PacedTwin } from "./twinClient.ts";
export type { PacedOptions } from "./twinProcess.ts";

/** A twin process of our own making, and the first link to it. It goes on living when this process dies, and ends by itself soon after. */
export interface SpawnedTwin extends PacedTwin {
  readonly address: string;
  readonly pid: number;
  /** Closes the link and ends the process; resolves when it is gone. */
  end(): Promise<void>;
}

/** The first line the process says: where it listens, or why it does not. */
async function firstLine(child: ChildProcess): Promise<string> {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text));
  const gone = once(child, "exit").then(([code]) => {
    throw new OnarmError("process.lost", `the twin's process ended with ${code} before it was ready: ${said.slice(-2000)}`);
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout!), "line"), gone])) as [string];
  gone.catch(() => {}); // from here on its end is the link's to report
  return line;
}

/** Starts a twin in a process of its own and connects to it. Rejects with what the twin itself found wrong, or "process.lost". */
export async function spawnTwin(description: ArmDescription, options: PacedOptions = {}): Promise<SpawnedTwin> {
  const entry = fileURLToPath(new URL("./twinProcess.ts", import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  // A session of its own: a Ctrl-C meant for the controller does not end the arm.
  const child = spawn(process.execPath, ["--import", tsx, entry], { detached: true, stdio: "pipe" });
  const job: TwinJob = { description, options };
  child.stdin.on("error", () => {}).end(JSON.stringify(job));
  const said = JSON.parse(await firstLine(child)) as { address: string } | { code: FaultCode; message: string };
  if ("code" in said) throw new OnarmError(said.code, said.message);

  // Nothing of the child may hold this process: not its pipes, not its handle.
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  const twin = await connectTwin(said.address);
  return {
    ...twin,
    address: said.address,
    pid: child.pid!,
    async end() {
      await twin.arm.close();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
