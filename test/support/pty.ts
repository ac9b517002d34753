import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { Subject } from "rxjs";
import { skip } from "./skip.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "onarm-pty-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const alive = new Set<ChildProcessWithoutNullStreams>();
process.on("exit", () => alive.forEach((child) => child.kill("SIGKILL")));
let made = 0;

/** A serial port of the operating system whose far end is in our hands: socat holds a pty open, and killing it is unplugging. */
export interface Pty {
  /** The same through every unplugging and plugging in. */
  readonly path: string;
  /** What was written into the port. */
  readonly written$: Subject<Uint8Array>;
  /** Says something, as a device would. */
  say(what: string | Uint8Array): void;
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

/** Skips the suite where there is no socat. */
export function needsSocat(context: Mocha.Context): void {
  if (spawnSync("socat", ["-V"]).error) skip(context, "no socat here; install the package 'socat'");
}

export async function openPty(): Promise<Pty> {
  const link = path.join(folder, `tty${made++}`);
  const written$ = new Subject<Uint8Array>();
  let child: ChildProcessWithoutNullStreams;
  const plug = async () => {
    child = spawn("socat", ["-d", "-d", `PTY,link=${link},raw,echo=0`, "STDIO"]);
    alive.add(child);
    child.stdin.on("error", () => {});
    child.stdout.on("data", (chunk: Uint8Array) => written$.next(chunk));
    let told = "";
    await new Promise<void>((resolve) =>
      child.stderr.on("data", (chunk) => {
        told += String(chunk);
        if (told.includes("starting data transfer loop")) resolve();
      }),
    );
  };
  const unplug = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
    alive.delete(child);
    rmSync(link, { force: true });
  };
  await plug();
  return { path: link, written$, say: (what) => void child.stdin.write(what), unplug, plug };
}
