import { Option } from "commander";
import { OnarmError } from "../../src/domain/errors.ts";
import { integer, type Verb } from "../cli.ts";
import type { Repeated } from "../drill/finding.ts";
import { together } from "../drill/finding.ts";
import { openLoad } from "../drill/load.ts";
import { heading, line } from "../drill/report.ts";
import type { Row } from "../drill/row.ts";
import { rows } from "../drill/rows.ts";
import { wireRows } from "../drill/wire/rows.ts";
import { tryRow } from "../drill/try.ts";
import { prioritise } from "../priority.ts";
import type { VerbContext } from "../verb.ts";

interface Options {
  readonly only?: string;
  readonly repeat: number;
  readonly arm: string;
  readonly load?: boolean;
  readonly wire?: "intera-ros1" | "intera-ros2";
}

/** The rows that were asked for, in the order of the table. */
function asked(only: string | undefined, rows: readonly Row[]): readonly Row[] {
  if (only === undefined) return rows;
  const wanted = only.split(",").map((id) => id.trim().toUpperCase());
  const unknown = wanted.find((id) => !rows.some((row) => row.id === id));
  if (unknown !== undefined)
    throw new OnarmError(
      "usage.invalid",
      `drill: there is no row "${unknown}" here; the rows are ${rows.map(({ id }) => id).join(", ")}`,
    );
  return rows.filter(({ id }) => wanted.includes(id));
}

function requireSim(arm: string): void {
  if (arm === "sim") return;
  const harmless = rows.filter((row) => row.harmless).map(({ id }) => id);
  throw new OnarmError(
    "usage.invalid",
    `drill --arm ${arm}: no adapter of a real arm is built yet, only the embedded one can be drilled (--arm sim); ` +
      `on hardware only ${harmless.join(", ")} will be tried, after asking`,
  );
}

/** Tries every row `repeat` times; an interrupt ends it after what is done. */
async function* tried(
  chosen: readonly Row[],
  { repeat, wire }: Pick<Options, "repeat" | "wire">,
  { seed, signal }: VerbContext,
  done: () => void,
) {
  for (const row of chosen) {
    const findings = [];
    for (let k = 0; k < repeat && !signal.aborted; k++) {
      const found = await tryRow(row, { time: "paced", ...(wire && { wire }), seed: seed + k, signal }).catch(
        (error: unknown) => {
          if (!signal.aborted) throw error;
          return undefined;
        },
      );
      if (!found) break;
      findings.push(found);
      done();
      // What is not there will not be there the next time either.
      if (found.ok === null) break;
    }
    if (findings.length > 0) yield { row, found: together(findings) };
  }
}

export const verb: Verb<Options> = {
  name: "drill",
  summary: "inject every fault of the fault table into the embedded arm; measure the reactions against their bounds",
  options: (command) => {
    command
      .option("--only <ids>", "these rows alone, such as L2,P1")
      .option(
        "--repeat <n>",
        "times each row is tried, at other moments of the motion; the worst one counts",
        integer({ min: 1, max: 1000 }),
        1,
      )
      .option("--arm <name>", "which arm is drilled", "sim")
      .addOption(
        new Option(
          "--wire <protocol>",
          "the rows of links and processes, with the embedded arm as a robot on a graph of the drill's own",
        ).choices(["intera-ros1", "intera-ros2"]),
      )
      .option("--load", "a trainer keeps every core busy meanwhile");
  },
  run: async ({ only, repeat, arm, load, wire }, context) => {
    requireSim(arm);
    const chosen = asked(only, wire ? wireRows(wire) : rows);
    const began = performance.now();
    // What drives an arm asks to be run first; so does the drill, whose own loop it tries.
    prioritise();
    const busy = load ? await openLoad() : undefined;
    const progress = context.progress("drill", chosen.length * repeat);
    const faults: Repeated[] = [];
    context.log(heading);
    try {
      let n = 0;
      for await (const { row, found } of tried(chosen, { repeat, ...(wire && { wire }) }, context, () =>
        progress.update(++n, underWay(chosen, n, repeat)),
      )) {
        const { seen: _, ...plain } = found;
        faults.push(plain);
        progress.update((n = repeat * (chosen.indexOf(row) + 1)));
        context.log(line(row, found));
      }
    } finally {
      progress.finish();
      await busy?.close();
    }
    const failed = faults.filter(({ ok }) => ok === false).map(({ id }) => id);
    const pending = faults.filter(({ ok }) => ok === null).map(({ id }) => id);
    if (failed.length > 0) context.exitCode = 1;
    const seconds = (performance.now() - began) / 1000;
    return {
      faults: context.json ? faults : faults.length,
      failed: context.json ? failed.length : failed.join(" ") || "none",
      pending: context.json ? pending.length : pending.join(" ") || "none",
      ...(busy ? { updates: busy.updates() } : {}),
      repeat,
      seconds,
    };
  },
};

/** The row that is tried when so many tries are done. */
const underWay = (chosen: readonly Row[], done: number, repeat: number) => chosen[Math.floor(done / repeat)]?.id ?? "";
