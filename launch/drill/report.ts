import type { Repeated } from "./finding.ts";
import type { Row } from "./row.ts";

const time = (ms: number | null) =>
  ms === null ? "-" : ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const judged = ({ ok, passes }: Repeated) =>
  (ok === null ? "-" : ok ? "ok" : "FAILED") + (passes === undefined ? "" : ` ${passes}`);

/** Wide enough for every id, time and bound there is. */
const columns = [4, 44, 9, 22, 12] as const;
const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width));

export const heading = ["id", "fault", "time", "bound", "", "reaction"].map((text, k) => text.padEnd(columns[k] ?? 0)).join("  ");

/** One row of the drill for a person: fault, measured time, promised bound, verdict, reaction or why there is none. */
export function line({ bound }: Row, found: Repeated): string {
  const told = found.ok === true ? found.reaction : (found.reason ?? found.reaction);
  const cells = [found.id, found.fault, time(found.ms), bound, judged(found)];
  return [...cells.map((text, k) => cut(text, columns[k]!)), told.replace(/\s*\n\s*/g, " ")].join("  ");
}
