import { performance } from "node:perf_hooks";
import { BehaviorSubject, interval } from "rxjs";
import type { Observable } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Stop, StopSignal } from "../../src/ports/stop.ts";
import { openSerial } from "../serial.ts";
import type { SerialLine } from "../serial.ts";
import { hear, known, look, unheard } from "./belief.ts";
import type { Belief } from "./belief.ts";
import { VERSION } from "./protocol.ts";

export interface StopBoxOptions {
  /** The port; on Linux better one under /dev/serial/by-id, which stays the same. */
  readonly path: string;
  /** Stamps, and how long nothing was heard: monotonic. */
  readonly clock?: Pick<Clock, "now">;
  /** When to look at the clock; at least every 10 ms, or silence is seen later than promised. */
  readonly look$?: Observable<unknown>;
  readonly connect?: (path: string, what: string) => Promise<SerialLine>;
}

/** A board may start anew when its port is opened, and its loader waits before it lets the box speak, s. */
const PATIENCE = 3;
/** Between two tries to reach a box that was lost, s. */
const AGAIN = 0.25;

const monotonic: Pick<Clock, "now"> = { now: () => seconds(performance.now() / 1000) };

/** Why what is on the port is no stop box of ours. */
function stranger(path: string, { version, clutter, good }: Belief, gone: boolean): OnarmError {
  const why = gone
    ? "it was unplugged while it was listened to; plug it in and start again"
    : version !== undefined
      ? `a stop box that speaks version ${version} is there, and version ${VERSION} is needed; load the firmware of robot/stopbox/firmware on it`
      : clutter > -Infinity || good > 0
        ? "something speaks there, but not as a stop box; name the right port, onarm find-port tells which one it is"
        : "nothing is heard there; check that the box has power, or find its port with: onarm find-port";
  return new OnarmError("serial.refused", `${path}: ${why}`, { path });
}

/**
 * A stop box on a serial port, docs/stopbox.md. Resolves when it is known for one and says whether it is pressed; it is only ever listened to.
 * Rejects with "serial.refused": the port is absent, busy or not a port, or what is on it is no stop box. A box that is lost later is looked for
 * until it is back; what it says then counts only after it has proved itself again.
 */
export async function openStopBox({
  path,
  clock = monotonic,
  look$ = interval(10),
  connect = openSerial,
}: StopBoxOptions): Promise<Stop> {
  let line: SerialLine | undefined = await connect(path, "the stop box");
  let belief = unheard(clock.now(), "silent");
  let closed = false;
  let tried = clock.now();
  let trying: Promise<void> | undefined;
  let settle = () => {};
  const signal$ = new BehaviorSubject<StopSignal>({ at: clock.now(), is: belief.is });

  const believe = (next: Belief) => {
    belief = next;
    if (!closed && belief.is !== signal$.value.is) signal$.next({ at: clock.now(), is: belief.is });
    settle();
  };
  const follow = (it: SerialLine) => {
    line = it;
    it.bytes$.subscribe({
      next: (chunk) => believe(hear(belief, clock.now(), chunk)),
      complete: () => {
        line = undefined;
        believe(unheard(clock.now(), "lost"));
      },
    });
  };
  const reach = async () => {
    const it = await connect(path, "the stop box").catch(() => undefined);
    if (it === undefined) return;
    if (closed) return it.close();
    believe(unheard(clock.now(), belief.is));
    follow(it);
  };
  const tryAgain = async () => {
    await reach();
    trying = undefined;
  };
  const looking = look$.subscribe(() => {
    const now = clock.now();
    if (line !== undefined) return believe(look(belief, now));
    settle();
    if (trying !== undefined || now - tried < AGAIN) return;
    tried = now;
    trying = tryAgain();
  });
  const close = async () => {
    closed = true;
    looking.unsubscribe();
    signal$.complete();
    await trying;
    await line?.close();
  };

  follow(line);
  const from = clock.now();
  const refusal = await new Promise<OnarmError | undefined>((resolve) => {
    settle = () => {
      if (known(belief)) resolve(undefined);
      else if (line === undefined || clock.now() - from > PATIENCE) resolve(stranger(path, belief, line === undefined));
    };
  });
  settle = () => {};
  if (refusal !== undefined) {
    await close();
    throw refusal;
  }
  return { name: `the stop box at ${path}`, signal$: signal$.asObservable(), close };
}
