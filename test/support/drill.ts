import { expect } from "chai";
import { setPriority } from "node:os";
import type { Group, Promised } from "../../launch/drill/promised.ts";
import type { Row, Seen } from "../../launch/drill/row.ts";
import { rows } from "../../launch/drill/rows.ts";
import { wireRows } from "../../launch/drill/wire/rows.ts";
import { tryRow } from "../../launch/drill/try.ts";
import { prioritise } from "../../launch/priority.ts";
import { skip } from "./skip.ts";

const titled = ({ id, fault, reaction, bound }: Promised) => `${id}: ${fault} -> ${reaction} (${bound})`;

/** Seen as promised, but for the time it took: in wall time a machine that is busy with other tests proves nothing about bounds. */
const tardy = ({ ok, ms, boundMs, instead }: Seen) =>
  !ok && instead === undefined && ms !== undefined && boundMs !== undefined && ms > boundMs;

async function proves(context: Mocha.Context, row: Row, wire?: "intera-ros1" | "intera-ros2") {
  const time = row.lockstep ? "lockstep" : "paced";
  const found = await tryRow(row, { time, ...(wire && { wire }), seed: 1, signal: new AbortController().signal });
  if (found.ok === null) {
    context.test!.title += ` [${found.reason}]`;
    skip(context, found.reason!);
  }
  expect(found.seen, found.reason).to.have.length.above(0);
  const missing = found.seen!.filter((seen) => !seen.ok && !(tardy(seen) && !row.lockstep));
  expect(missing, found.reason).to.deep.equal([]);
}

/** Those that are something else over a wire than on the embedded arm's own line; the verb drills the others too, for half a minute more. */
const overWire: ReadonlySet<string> = new Set(["L5", "L7"]);

/** The rows of links and processes with a real graph of a ROS between the arm and its controller. */
export function proveWire(wire: "intera-ros1" | "intera-ros2"): void {
  describe(`the fault table over ${wire}`, function () {
    this.timeout(90_000);
    before(() => void prioritise());
    after(() => setPriority(0));
    for (const row of wireRows(wire).filter(({ id }) => overWire.has(id)))
      it(titled(row), async function () {
        await proves(this, row, wire);
      });
  });
}

/** The rows of one group as tests: the code of the drill itself, in virtual time wherever a row has it. */
export function proveGroup(group: Group): void {
  describe(`the fault table: ${group}`, function () {
    this.timeout(60_000);
    // As the verb does: what drives an arm is run before the tests beside it.
    before(() => void prioritise());
    after(() => setPriority(0));
    for (const row of rows.filter((row) => row.group === group))
      it(titled(row), async function () {
        await proves(this, row);
      });
  });
}
