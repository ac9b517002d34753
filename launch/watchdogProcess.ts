import process from "node:process";
import { retry } from "rxjs";

import { connectTwin } from "../sim/pacedTwin.ts";
import { isOnarmError } from "../src/domain/errors.ts";
import type { Seconds } from "../src/domain/units.ts";
import { heartbeat } from "../src/safety/heartbeat.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Stop } from "../src/ports/stop.ts";
import { openArmAt } from "./interaArm.ts";
import { prioritise } from "./priority.ts";
import type { FromWatchdog, ToWatchdog, WatchdogOptions } from "./watchdogProtocol.ts";

/**
 * Entry of the watchdog: hears control's heart beat over IPC and stops the arm over its own link when it no longer does. It lives as long as
 * control does, and a little longer to see the arm stopped. Nothing here resets or enables.
 */

/** rad/s: the arm's own dead band; what is slower is at rest. */
const REST = 0.002;
/** ms that a control which is gone is outlived, to get the arm stopped. */
const LAST = 1000;

const tell = (message: FromWatchdog) => void (process.connected && process.send!(message, () => {}));

/** Loaded where there is a box only: its serial driver is native code. */
const openBox = async (path: string, clock: Clock): Promise<Stop> => {
  const { openStopBox } = await import("../robot/stopbox/stopBox.ts");
  return openStopBox({ path, clock, look$: clock.beat$ });
};

async function watch({ arm: address, stopBox }: WatchdogOptions) {
  const { arm, clock } = await (/^(http:|\{)/.test(address) ? openArmAt(address) : connectTwin(address, { reconnect: true }));
  let last: Seconds | undefined;
  let driving = false;
  let moving: boolean | undefined;
  /** Why the arm is to be stopped, until it is. */
  let owed: string | undefined;
  let barked = false;
  let blind = false;

  const say = (cause: string, text: string) => {
    process.stderr.write(`onarm watchdog: ${text}\n`);
    tell({ event: { cause, text } });
  };
  const halt = async (why: string) => {
    owed = why;
    while (owed !== undefined) {
      await arm.halt().then(
        () => (owed = undefined),
        () => new Promise((later) => setTimeout(later, 10)),
      );
    }
  };

  const judge = () => {
    const now = clock.now();
    const cause = heartbeat(last, driving, now);
    if (cause === undefined) barked = false;
    if (cause === undefined || barked) return;
    barked = true;
    // Told before the arm is: of all that a control which wakes up finds, this is the reason.
    say(cause, `control has said nothing for ${Math.round(1000 * (now - last!))} ms while it drove the arm: the arm is stopped`);
    void halt(cause);
  };
  // After whatever has arrived is read: when it is this process that was held up, control's beats are still waiting.
  clock.beat$.subscribe(() => setImmediate(judge));

  arm.state$
    .pipe(
      retry({
        delay: () => {
          if (!blind)
            say("watchdog.lost", "the watchdog's own link to the arm is lost; it cannot stop the arm until the link is back");
          [blind, moving] = [true, undefined];
          return clock.beat$;
        },
      }),
    )
    .subscribe(({ velocity }) => {
      blind = false;
      moving = !velocity.every((v) => Math.abs(v) <= REST);
    });

  const box = stopBox === undefined ? undefined : await openBox(stopBox, clock);
  let pressed = false;
  box?.signal$.subscribe((signal) => {
    pressed = signal.is !== "released";
    // Told before the arm is: of all that control hears of it, this is the reason.
    tell({ signal });
    if (pressed) void halt(`stop.${signal.is}`);
  });
  // Whoever resets it: an arm does not become free while the button is down.
  arm.status$
    .pipe(retry({ delay: () => clock.beat$ }))
    .subscribe(({ stopped }) => void (pressed && !stopped && halt("stop.pressed")));

  return {
    heard(at: Seconds, drives: boolean) {
      [last, driving] = [at, drives];
    },
    /** Control is gone. An arm that is known to rest, with nobody driving it, is left as it is. */
    async bereft() {
      if (heartbeat(last, driving, clock.now(), false) === undefined && moving === false) return;
      process.stderr.write("onarm watchdog: control is gone while it drove the arm: the arm is stopped\n");
      await Promise.race([halt("control.lost"), new Promise((enough) => setTimeout(enough, LAST))]);
    },
  };
}

let watching: ReturnType<typeof watch> | undefined;
const leave = () => process.exit(0);

process.on("message", (message: ToWatchdog) => {
  if ("beat" in message) return void watching?.then(({ heard }) => heard(message.beat.at, message.beat.driving));
  if ("close" in message) return leave();
  watching = watch(message.open);
  watching.then(
    () => tell({ opened: true }),
    (error: unknown) => {
      const { message: why } = error as Error;
      process.send!(
        { refused: { code: isOnarmError(error) ? error.code : "unexpected", message: why } } satisfies FromWatchdog,
        leave,
      );
    },
  );
});
process.on("disconnect", () => {
  // Whatever it waits for, a port or an arm that does not answer.
  setTimeout(leave, 2 * LAST);
  void (watching ? watching.then(({ bereft }) => bereft()).finally(leave) : leave());
});
// Whatever ends a terminal's processes ends control, which lets go of us when the arm is at rest.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
prioritise();
