import { groupOf, promised } from "./promised.ts";
import { unbuilt } from "./row.ts";
import type { Row, Trial } from "./row.ts";
import { link } from "./rows/link.ts";

const trials: Readonly<Record<string, Trial>> = { ...link };

/** Every row of the fault table, in its order, with the way it is tried. */
export const rows: readonly Row[] = promised.map((row) => ({
  ...row,
  group: groupOf(row.id),
  ...(trials[row.id] ?? unbuilt("this row has no trial yet")),
}));
