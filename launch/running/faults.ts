import type { FaultView } from "../../src/operator/protocol.ts";

/** Faults that are listed, and s within which the same one is told once. */
const LISTED = 100;
const ONCE = 5;

/**
 * What went wrong in a run, for whoever looks at it later than it happened. The list is another object whenever it grew; `told` hears of each that is
 * put there. `now`: s, monotonic.
 */
export function faultLog(now: () => number, told: (fault: Omit<FaultView, "n" | "wall">) => void = () => {}) {
  let list: readonly FaultView[] = [];
  let n = 0;
  const toldAt = new Map<string, number>();
  return {
    /** Newest last. */
    list: () => list,
    add(fault: Omit<FaultView, "n" | "wall">): void {
      // A warning tells how late or how old, which is another text each time: its code is what makes it the same.
      const key = `${fault.level} ${fault.code} ${fault.level === "warn" ? "" : fault.text}`;
      const [at, last] = [now(), toldAt.get(key)];
      if (last !== undefined && at - last < ONCE) return;
      toldAt.set(key, at);
      // The oldest key goes: texts may be many, memory is not.
      if (toldAt.size > 2 * LISTED) toldAt.delete(toldAt.keys().next().value!);
      list = [...list, { n: ++n, wall: new Date().toISOString(), ...fault }].slice(-LISTED);
      told(fault);
    },
  };
}
export type FaultLog = ReturnType<typeof faultLog>;
