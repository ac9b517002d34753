import { expect } from "chai";
import type { Group, Promised } from "../../launch/drill/promised.ts";
import type { DrillContext, Row } from "../../launch/drill/row.ts";
import { rows } from "../../launch/drill/rows.ts";
import { tryRow } from "../../launch/drill/try.ts";
import { skip } from "./skip.ts";

const titled = ({ id, fault, reaction, bound }: Promised) => `${id}: ${fault} -> ${reaction} (${bound})`;

/** In wall time a machine that is busy with other tests proves nothing about bounds: there only the reaction is asserted. */
const reacted = (time: DrillContext["time"]) => (time === "lockstep" ? "whole" : "untimed");

async function proves(context: Mocha.Context, row: Row) {
  const time = row.lockstep ? "lockstep" : "paced";
  const found = await tryRow(row, { time, seed: 1, signal: new AbortController().signal });
  if (found.ok === null) {
    context.test!.title += ` [${found.reason}]`;
    skip(context, found.reason!);
  }
  const late = ({ ok, ms, boundMs }: { ok: boolean; ms?: number; boundMs?: number }) =>
    !ok && reacted(time) === "untimed" && ms !== undefined && boundMs !== undefined && Number.isFinite(ms);
  const missing = (found.seen ?? []).filter((seen) => !seen.ok && !late(seen));
  expect(missing, found.reason).to.deep.equal([]);
  expect(found.seen, found.reason).to.have.length.above(0);
}

/** The rows of one group as tests: the code of the drill itself, in virtual time wherever a row has it. */
export function proveGroup(group: Group): void {
  describe(`the fault table: ${group}`, function () {
    this.timeout(60_000);
    for (const row of rows.filter((row) => row.group === group))
      it(titled(row), async function () {
        await proves(this, row);
      });
  });
}
