import { ReplaySubject, Subject } from "rxjs";
import type { Observable } from "rxjs";
import { isOnarmError, OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { Seconds } from "../src/domain/units.ts";
import type { StopSignal } from "../src/ports/stop.ts";
import { forkEntry } from "./fork.ts";
import type { FromWatchdog, ToWatchdog, WatchdogEvent, WatchdogOptions } from "./watchdogProtocol.ts";

export type { WatchdogEvent, WatchdogOptions } from "./watchdogProtocol.ts";

/** A process that watches control from outside and stops the arm over a link of its own. It never resets and never enables. */
export interface Watchdog {
  readonly pid: number;
  /** Once a control period: control lives, `at` on the monotonic clock; `driving`: the arm may be in motion by its doing. Never waits, never queues. */
  beat(at: Seconds, driving: boolean): void;
  /** Hot. "control.stalled": it has stopped the arm. "watchdog.lost": nobody watches. Either is a reason to stop. Completes with the process. */
  readonly event$: Observable<WatchdogEvent>;
  /** Signals of the stop box, the last one first to a new subscriber; the arm has been stopped already when one arrives. */
  readonly stop$: Observable<StopSignal>;
  /** Lets the watchdog go, which ends it; resolves when it is gone. */
  close(): Promise<void>;
}

/** Starts the watchdog. Rejects with "link.lost" for an arm that is not there, "serial.refused" for a stop box that is none, "process.lost". */
export async function openWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const child = forkEntry(new URL("./watchdogProcess.ts", import.meta.url), { detached: true });
  const event$ = new Subject<WatchdogEvent>();
  const stop$ = new ReplaySubject<StopSignal>(1);
  let waiting: ToWatchdog | undefined;
  let busy = false;
  let closing = false;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });

  const send = (message: ToWatchdog, taken: () => void = () => {}) => void (child.connected && child.send(message, taken));
  const next = () => {
    busy = waiting !== undefined;
    if (waiting === undefined) return;
    const message = waiting;
    waiting = undefined;
    send(message, next);
  };
  const close = async () => {
    closing = true;
    send({ close: true });
    await gone;
  };

  await new Promise<void>((resolve, reject) => {
    child.on("message", (message: FromWatchdog) => {
      if ("opened" in message) return resolve();
      if ("event" in message) return event$.next(message.event);
      if ("signal" in message) return stop$.next(message.signal);
      const { code, message: why } = message.refused;
      closing = true;
      void gone.then(() => reject(isOnarmError({ code }) ? new OnarmError(code as FaultCode, why) : new Error(why)));
    });
    child.once("error", reject);
    void gone.then(() => {
      if (!closing) {
        reject(new OnarmError("process.lost", "the watchdog's process ended before it could watch; run again with --debug"));
        event$.next({ cause: "watchdog.lost", text: "the watchdog's process ended; nobody watches the control loop" });
      }
      event$.complete();
      stop$.complete();
    });
    send({ open: options });
  });

  return {
    pid: child.pid!,
    beat(at, driving) {
      // One beat is under way at most: after a stall the newest is told, not all of them.
      waiting = { beat: { at, driving } };
      if (!busy) next();
    },
    event$: event$.asObservable(),
    stop$: stop$.asObservable(),
    close,
  };
}
