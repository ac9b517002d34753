import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { interval } from "rxjs";
import { SEQUENCES, written } from "../../robot/stopbox/protocol.ts";
import { monotonic } from "../../sim/pacedClock.ts";

/** Why there is no serial line to be had on this machine. */
export const noSerial = (): string | undefined =>
  spawnSync("socat", ["-V"]).error ? "no socat here to make a serial line of; install the package 'socat'" : undefined;

/** A serial port of the operating system whose far end is in our hands. */
export interface SerialEnd {
  readonly path: string;
  /** Says something, as a device would. */
  say(what: string | Uint8Array): void;
  /** What was written into the port. */
  heard(take: (bytes: Uint8Array) => void): void;
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

export async function openSerialEnd(folder: string): Promise<SerialEnd> {
  const path = join(folder, "port");
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const start = () => spawn("socat", ["-d", "-d", `PTY,link=${path},raw,echo=0`, "STDIO"]);
  let child: ReturnType<typeof start> | undefined;
  const plug = async () => {
    const made = (child = start());
    made.stdin.on("error", () => {});
    made.stdout.on("data", (chunk: Uint8Array) => listeners.forEach((take) => take(chunk)));
    let told = "";
    await new Promise<void>((resolve, reject) => {
      made.once("error", reject);
      made.stderr.on("data", (chunk) => {
        told += String(chunk);
        if (told.includes("starting data transfer loop")) resolve();
      });
    });
  };
  const unplug = async () => {
    const gone = child;
    child = undefined;
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return;
    gone.kill("SIGKILL");
    await once(gone, "close");
    await rm(path, { force: true });
  };
  await plug();
  return {
    path,
    say: (what) => void child?.stdin.write(what),
    heard: (take) => void listeners.push(take),
    unplug,
    plug,
  };
}

/** ms from one line of a stop box to the next. */
const BEAT = 20;

/** A stop box by the book on a serial line; `spoil` is what happens to its lines on the way. */
export function stopBoxOn(line: SerialEnd) {
  const booted = monotonic();
  let sequence = -1;
  let released = true;
  let spoil: (text: string) => string | Uint8Array = (text) => text;
  const beat = () => {
    sequence = (sequence + 1) % SEQUENCES;
    const uptime = Math.floor(1000 * (monotonic() - booted));
    line.say(spoil(written({ sequence, released, contacts: [released, released], uptime })));
  };
  const beating = interval(BEAT).subscribe(beat);
  const hold = (is: boolean) => {
    released = is;
    beat();
  };
  return {
    press: () => hold(false),
    release: () => hold(true),
    spoil: (how: (text: string) => string | Uint8Array) => void (spoil = how),
    close: () => beating.unsubscribe(),
  };
}
