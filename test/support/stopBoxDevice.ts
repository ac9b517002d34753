import { interval } from "rxjs";
import type { Observable } from "rxjs";
import { SEQUENCES, UPTIMES, written } from "../../robot/stopbox/protocol.ts";
import type { Frame } from "../../robot/stopbox/protocol.ts";

/** A stop box by the book: a line every 20 ms and at every change of its button. `say` is its end of the cable. */
export function stopBoxDevice(say: (text: string) => void, now: () => number, beat$: Observable<unknown> = interval(20)) {
  let sequence = -1;
  let booted = now();
  let contacts: Frame["contacts"] = [true, true];
  let spoil: (text: string) => string = (text) => text;
  const beat = () => {
    sequence = (sequence + 1) % SEQUENCES;
    const uptime = Math.floor((now() - booted) * 1000) % UPTIMES;
    say(spoil(written({ sequence, released: contacts[0] && contacts[1], contacts, uptime })));
  };
  const beating = beat$.subscribe(beat);
  const hold = (next: Frame["contacts"]) => {
    contacts = next;
    beat();
  };
  return {
    press: () => hold([false, false]),
    release: () => hold([true, true]),
    /** One wire of the button came off. */
    disagree: () => hold([true, false]),
    /** Its lines pass through this; the identity mends it. "" is silence. */
    spoil: (how: (text: string) => string) => void (spoil = how),
    reboot: () => {
      sequence = -1;
      booted = now();
    },
    /** It has run for this long already, s. */
    age: (duration: number) => void (booted = now() - duration),
    close: () => beating.unsubscribe(),
  };
}
export type StopBoxDevice = ReturnType<typeof stopBoxDevice>;
