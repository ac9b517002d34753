import type { Pending, Row, Seen } from "./row.ts";

/** What one try of a row came to. `ok` is null where it could not be tried, and then says why; never true without having been seen. */
export interface Finding {
  readonly id: string;
  readonly fault: string;
  readonly reaction: string;
  /** The measured time that comes nearest to its bound, and that bound, ms. */
  readonly ms: number | null;
  readonly boundMs: number | null;
  readonly ok: boolean | null;
  readonly reason?: string;
  readonly seen?: readonly Seen[];
}

/** Share of its bound that a time uses up; what was not seen at all used more than all. */
const strain = ({ ms, boundMs }: Seen) =>
  ms === undefined || boundMs === undefined ? -1 : Number.isNaN(ms) ? Infinity : ms / boundMs;

const told = ({ what, ms, boundMs, instead }: Seen) =>
  (boundMs === undefined
    ? what
    : Number.isFinite(ms)
      ? `${what} after ${Math.round(ms!)} ms of ${boundMs}`
      : `${what} within ${boundMs} ms`) + (instead === undefined ? "" : `, but ${instead}`);

export function finding({ id, fault, boundMs }: Row, result: readonly Seen[] | Pending): Finding {
  if ("pending" in result) return { id, fault, reaction: "-", ms: null, boundMs, ok: null, reason: result.pending };
  const key = [...result].sort((a, b) => strain(b) - strain(a))[0];
  const missing = result.filter(({ ok }) => !ok);
  const happened = result.filter(({ ok }) => ok).map(({ what }) => what);
  const timed = key !== undefined && Number.isFinite(key.ms) ? Math.round(10 * key.ms!) / 10 : null;
  return {
    id,
    fault,
    reaction: happened.length > 0 ? happened.join("; ") : "nothing that was promised",
    ms: timed,
    boundMs: key?.boundMs ?? boundMs,
    ok: result.length > 0 && missing.length === 0,
    ...(missing.length > 0 ? { reason: `not seen: ${missing.map(told).join("; ")}` } : {}),
    seen: result,
  };
}

/** The same row tried many times. `passes`: how often it was ok. */
export interface Repeated extends Finding {
  readonly passes?: string;
}

/** Tries of one row as one line: the worst time, ok only when every one was. */
export function together(findings: readonly Finding[]): Repeated {
  const worst = [...findings].sort((a, b) => rank(b) - rank(a))[0]!;
  if (findings.length < 2) return worst;
  const passed = findings.filter(({ ok }) => ok === true).length;
  const times = findings.map(({ ms }) => ms).filter((ms) => ms !== null);
  const { seen: _, ...rest } = worst;
  return {
    ...rest,
    ms: times.length > 0 ? Math.max(...times) : null,
    ok: worst.ok,
    passes: `${passed}/${findings.length}`,
  };
}

/** What failed is worse than what could not be tried, and that is worse than what passed slowly. */
const rank = ({ ok, ms, boundMs }: Finding) => (ok === false ? 1e9 : ok === null ? 1e6 : 0) + (ms ?? 0) / (boundMs ?? 1e3);
