import { closeSync, openSync, writeSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { ArmDescription } from "../src/domain/arm.ts";
import { isOnarmError } from "../src/domain/errors.ts";
import { seconds } from "../src/domain/units.ts";
import { deadlines, monotonic } from "./pacedClock.ts";
import { prioritise } from "./priority.ts";
import { createTwin } from "./twin.ts";
import type { TwinOptions } from "./twin.ts";
import { serveTwin } from "./twinServer.ts";

/**
 * The paced twin, a process of its own so that it outlives whoever drives it: what the arm does after the controller is gone, this decides.
 * Reads one JSON object from stdin (TwinJob), writes one line to stdout ({"address"} or {"code","message"}), then lives on its socket.
 */
export interface TwinJob {
  readonly description: ArmDescription;
  readonly options: PacedOptions;
}
export interface PacedOptions extends TwinOptions {
  /** Stays this long after the last client left, s. Default 5. */
  readonly linger?: number;
  /** File that gets one JSON line a period: what the arm really did (TracePoint). */
  readonly trace?: string;
}

/** Periods made up for at once after this process was kept from running; time beyond them never happened to the arm. */
const CATCH_UP = 5;

async function main() {
  const { description, options } = JSON.parse(await text(process.stdin)) as TwinJob;
  const twin = await createTwin(description, { ...options, epoch: monotonic() });
  const file = options.trace === undefined ? undefined : openSync(options.trace, "a");
  const tracing = twin.trace$.subscribe({ next: (point) => write(JSON.stringify(point) + "\n"), error: () => {} });
  const write = (text: string) => {
    try {
      writeSync(file!, text);
    } catch {
      tracing.unsubscribe(); // a full disk ends the record, not the arm
    }
  };
  if (file === undefined) tracing.unsubscribe();

  let leaving: NodeJS.Timeout | undefined;
  let ended = false;
  const server = await serveTwin(twin, {
    busy: () => clearTimeout(leaving),
    quiet: () => {
      if (!ended) leaving = setTimeout(end, 1000 * (options.linger ?? 5));
    },
  });
  const period = twin.clock.period;
  // Whoever started this may be gone, and its end of these pipes with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const pace = deadlines(period, (at, late) => {
    try {
      for (let behind = Math.min(late, CATCH_UP); behind >= 0; behind--) twin.tick(seconds(at - behind * period));
    } catch {
      end(); // serveTwin has told the clients why
    }
  });
  const end = () => {
    if (ended) return;
    ended = true;
    pace.stop();
    server.close();
    clearTimeout(leaving);
    void twin.arm.close();
    if (file !== undefined) closeSync(file);
    // A client that is stopped in its tracks never hangs up.
    setTimeout(() => process.exit(), 1000).unref();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, end);
  leaving = setTimeout(end, 1000 * Math.max(5, options.linger ?? 5));
  process.stdout.write(JSON.stringify({ address: server.address }) + "\n");
}

// An arm's own computer is not held up by whoever learns beside it.
prioritise();
main().catch((error: unknown) => {
  const { code, message } = isOnarmError(error) ? error : { code: "physics.invalid", message: String(error) };
  process.stdout.write(JSON.stringify({ code, message }) + "\n");
  process.exitCode = 1;
});
