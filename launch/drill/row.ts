import type { Rng } from "../../src/domain/rng.ts";
import type { Group, Promised } from "./promised.ts";

/** One thing that was to happen after a fault. Times from the injection to where it shows furthest out. */
export interface Seen {
  readonly what: string;
  readonly ok: boolean;
  readonly ms?: number;
  readonly boundMs?: number;
  /** Bounds in ticks are counted: `ms` is then ticks times the period, whatever a clock says. */
  readonly ticks?: number;
  readonly boundTicks?: number;
  /** What happened in its place. */
  readonly instead?: string;
}

/** The subject of a row is not there, or not on this machine. */
export interface Pending {
  readonly pending: string;
}

export interface DrillContext {
  /** The same arm in virtual time, or in a process of its own in wall time. Rows of processes know only the latter. */
  readonly time: "lockstep" | "paced";
  /** What carries states and commands, where it is not the embedded arm's own line; in wall time only. */
  readonly wire?: "intera-ros1" | "intera-ros2";
  /** Where in its motion the arm is hit, and what chance the fault itself has. */
  readonly rng: Rng;
  /** An empty folder of this run's own. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export type Run = (context: DrillContext) => Promise<readonly Seen[] | Pending>;

/** How a row is tried. */
export interface Trial {
  /** The bound that is timed, ms; null where the table gives none. */
  readonly boundMs: number | null;
  /** May be tried on a real arm with people beside it: nothing but holds and stops can come of it. */
  readonly harmless: boolean;
  /** Has a lockstep flavour; otherwise the row is about processes, sockets or files and runs in wall time only. */
  readonly lockstep: boolean;
  readonly run: Run;
}

export interface Row extends Promised, Trial {
  readonly group: Group;
}

/** Stamps are sums of periods and differ by rounding: a time is told to the microsecond. */
const toMicroseconds = (ms: number) => Math.round(1000 * ms) / 1000;

export const within = (what: string, ms: number, boundMs: number, instead?: string): Seen => ({
  what,
  ms: toMicroseconds(ms),
  boundMs,
  ok: toMicroseconds(ms) <= boundMs,
  ...(instead === undefined ? {} : { instead }),
});

/** s from one beat to the next: what a tick stands for. */
const PERIOD_MS = 10;
export const inTicks = (what: string, ticks: number, boundTicks: number, instead?: string): Seen => ({
  what,
  ticks,
  boundTicks,
  ms: ticks * PERIOD_MS,
  boundMs: boundTicks * PERIOD_MS,
  ok: ticks <= boundTicks,
  ...(instead === undefined ? {} : { instead }),
});

export const that = (what: string, ok: boolean, instead?: string): Seen => ({
  what,
  ok,
  ...(instead === undefined ? {} : { instead }),
});

export const pending = (reason: string): Pending => ({ pending: reason });
