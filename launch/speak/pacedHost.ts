import { deadlines, monotonic } from "../../sim/pacedClock.ts";
import { createTwin } from "../../sim/twin.ts";
import type { Twin, TwinOptions } from "../../sim/twin.ts";
import type { ArmDescription } from "../../src/domain/arm.ts";
import { seconds } from "../../src/domain/units.ts";

/** Periods made up for at once after this process was kept from running; time beyond them never happened to the arm. */
const CATCH_UP = 5;

/** A twin that lives in wall time in this very process, which plays the robot's own computer. */
export interface PacedHost {
  readonly twin: Twin;
  /** Periods lived. */
  periods(): number;
  /** Rejects when the physics fails; otherwise pending until `close`. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export async function hostTwin(description: ArmDescription, options: TwinOptions): Promise<PacedHost> {
  const twin = await createTwin(description, { ...options, epoch: monotonic() });
  const { period } = twin.clock;
  let periods = 0;
  let end!: (error?: unknown) => void;
  const ended = new Promise<void>(
    (resolve, reject) => (end = (error) => (error === undefined ? resolve() : reject(error as Error))),
  );
  const pace = deadlines(period, (at, late) => {
    try {
      for (let behind = Math.min(late, CATCH_UP); behind >= 0; behind--, periods++) twin.tick(seconds(at - behind * period));
    } catch (error) {
      pace.stop();
      end(error);
    }
  });
  return {
    twin,
    periods: () => periods,
    ended,
    async close() {
      pace.stop();
      await twin.arm.close();
      end();
    },
  };
}
