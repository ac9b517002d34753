import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOnarmError } from "../../src/domain/errors.ts";
import { rng } from "../../src/domain/rng.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { DrillContext, Row } from "./row.ts";

export interface TryOptions {
  readonly time: DrillContext["time"];
  readonly wire?: DrillContext["wire"];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** s after which a try that does not end has failed. */
const LIMIT = 90;

/** One try of one row, in a folder of its own. What the trial itself throws is a failed row, never the end of the drill. */
export async function tryRow(row: Row, { time, wire, seed, signal }: TryOptions): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), `onarm-drill-${row.id}-`));
  try {
    const late = AbortSignal.timeout(1000 * LIMIT);
    const over = new Promise<never>((_, reject) =>
      late.addEventListener("abort", () => reject(new Error(`it did not end within ${LIMIT} s`))),
    );
    const trial = row.run({
      time,
      ...(wire && { wire }),
      rng: rng("drill", row.id, seed),
      folder,
      signal: AbortSignal.any([signal, late]),
    });
    return finding(row, await Promise.race([trial, over]));
  } catch (error) {
    if (signal.aborted) throw error;
    const why = isOnarmError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id: row.id, fault: row.fault, reaction: "the trial failed", ms: null, boundMs: row.boundMs, ok: false, reason: why };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
