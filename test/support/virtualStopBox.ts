import { Subject } from "rxjs";
import { openStopBox } from "../../robot/stopbox/stopBox.ts";
import type { SerialLine } from "../../robot/serial.ts";
import { seconds } from "../../src/domain/units.ts";
import { stopBoxDevice } from "./stopBoxDevice.ts";

/** The stop box's adapter on a cable and a clock of our own; time passes when `pass` is called, and not otherwise. */
export function virtualStopBox() {
  let now = 1000;
  const [look$, beat$] = [new Subject<void>(), new Subject<void>()];
  let cable: Subject<Uint8Array> | undefined;
  let plugged = true;
  let stalled: Uint8Array[] | undefined;
  const say = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    if (stalled) stalled.push(bytes);
    else cable?.next(bytes);
  };
  const device = stopBoxDevice(say, () => now, beat$);
  const connect = async (path: string): Promise<SerialLine> => {
    if (!plugged) throw new Error("no such file");
    const mine = (cable = new Subject<Uint8Array>());
    return { path, bytes$: mine, close: async () => mine.complete() };
  };
  /** 10 ms: a look, and a beat of the box every other time. Promises that are due are settled. */
  const step = async (looks = true) => {
    now += 0.01;
    if (Math.round(now * 100) % 2 === 0) beat$.next();
    if (looks) look$.next();
    await new Promise(setImmediate);
  };
  const pass = async (duration: number, looks = true) => {
    for (let steps = Math.round(duration * 100); steps > 0; steps--) await step(looks);
  };
  return {
    device,
    say,
    step,
    pass,
    now: () => now,
    /** Opens the port, and lets time pass until that has come to an end. */
    open: async () => {
      const opening = openStopBox({ path: "/dev/virtual", clock: { now: () => seconds(now) }, look$, connect });
      let ended = false;
      void opening.catch(() => {}).finally(() => (ended = true));
      while (!ended) await step();
      return opening;
    },
    unplug: () => {
      plugged = false;
      cable?.complete();
      cable = undefined;
    },
    plug: () => void (plugged = true),
    /** The host reads nothing and looks at nothing for a while: what comes waits in the driver. */
    stall: async (duration: number) => {
      stalled = [];
      await pass(duration, false);
      const waiting = stalled;
      stalled = undefined;
      look$.next();
      for (const chunk of waiting) cable?.next(chunk);
    },
  };
}
