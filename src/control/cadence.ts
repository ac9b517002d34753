import type { Tick } from "../domain/control.ts";

/** s: bins of 20 us up to 0.2 s; what is longer counts in the last. */
const BIN = 20e-6;
const BINS = 10_000;

/** How evenly a loop ran: percentiles in ms, shares in [0, 1]. */
export interface Cadence {
  readonly periodMs: Percentiles;
  readonly stateAgeMs: Percentiles;
  /** Beats that came more than half a period late. */
  readonly late: number;
  readonly lateShare: number;
}
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Durations in s, kept as counts, so that hours of them take no more room than seconds. */
export function histogram() {
  const counts = new Uint32Array(BINS + 1);
  let [total, longest] = [0, 0];
  const quantile = (share: number) => {
    let left = share * total;
    for (let bin = 0; bin <= BINS; bin++) if ((left -= counts[bin]!) <= 0) return 1000 * Math.min(longest, BIN * (bin + 1));
    return 1000 * longest;
  };
  return {
    add(s: number) {
      counts[Math.min(BINS, Math.max(0, Math.floor(s / BIN)))]!++;
      total++;
      longest = Math.max(longest, s);
    },
    percentiles: (): Percentiles => ({
      p50: quantile(0.5),
      p99: quantile(0.99),
      p999: quantile(0.999),
      max: 1000 * longest,
    }),
  };
}

/** Counts ticks as they come; `report` at any time. `period`: of the loop, s. */
export function cadence(period: number) {
  const [periods, ages] = [histogram(), histogram()];
  let last: number | undefined;
  let [ticks, late] = [0, 0];
  return {
    tick({ at, state }: Pick<Tick, "at" | "state">): void {
      if (last !== undefined) {
        periods.add(at - last);
        ticks++;
        if (!(at - last <= 1.5 * period)) late++;
      }
      last = at;
      if (state) ages.add(at - state.at);
    },
    report: (): Cadence => ({
      periodMs: periods.percentiles(),
      stateAgeMs: ages.percentiles(),
      late,
      lateShare: ticks > 0 ? late / ticks : 0,
    }),
  };
}
