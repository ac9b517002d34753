import { rm } from "node:fs/promises";
import path from "node:path";
import type { Domain } from "../domains.ts";
import type { Estimate } from "./bootstrap.ts";
import { machine, noCompute, plus } from "./compute.ts";
import { eventsOf } from "./events.ts";
import { picturesOf } from "./pictures.ts";
import { variantsOf } from "./plan.ts";
import type { Cell, StudyConfig, Variant } from "./plan.ts";
import { reportOf } from "./report.ts";
import type { Finished } from "./results.ts";
import { writeWhole } from "./store.ts";
import type { Store } from "./store.ts";
import { estimateOf, gather, summarise } from "./summary.ts";
import type { Ends, Gathered, VariantSummary } from "./summary.ts";

/**
 * Tables, figures, event files and report, made anew from the cells of the seeds that are whole. @returns what the
 * verb answers, and a line for a person on each variant; undefined while no seed is whole.
 */
export async function publish(asked: StudyConfig, cells: readonly Cell[], store: Store, domain: Domain) {
  const results = await Promise.all(cells.map(async (cell) => ({ cell, result: await store.read<Finished>(cell.id) })));
  const missing = [...new Set(results.flatMap(({ cell, result }) => (result ? [] : cell.seed)))];
  const study = { ...asked, seeds: asked.seeds.filter((seed) => !missing.includes(seed)) };
  if (study.seeds.length === 0) return undefined;
  const gathered = (await Promise.all(variantsOf(study).map((variant) => gather(variant, study, store.read)))).flatMap(
    (g) => g ?? [],
  );
  const ends = endsOf(gathered);
  const summaries = Object.fromEntries(gathered.map((one) => [one.variant.name, summarise(one, ends)]));

  for (const folder of ["figures", "tensorboard"]) await rm(store.at(folder), { recursive: true, force: true });
  const pictures = picturesOf(study, domain, gathered, summaries, ends);
  for (const [name, svg] of Object.entries(pictures)) await writeWhole(store.at("figures", name), svg);
  for (const [name, events] of Object.entries(eventsOf(study.seeds, gathered)))
    await writeWhole(store.at("tensorboard", name), events);

  const finished = results.flatMap(({ cell, result }) => (result && study.seeds.includes(cell.seed) ? result : []));
  const compute = finished.map((result) => result.compute).reduce(plus, noCompute);
  const report = reportOf({
    study,
    variants: gathered.map(({ variant }) => variant),
    summaries,
    ends,
    compute,
    command: store.command,
    missing,
    commits: [...new Set(finished.map(({ commit }) => commit))].sort(),
    machine: machine(),
    figures: Object.keys(pictures).map((name) => `figures/${name}`),
  });
  await writeWhole(store.at("report.md"), report);
  const answer = {
    seeds: study.seeds,
    algorithms: Object.fromEntries(gathered.map(({ variant }) => [variant.name, answered(summaries[variant.name]!)])),
    ...(ends ? { contextBlind: ends.blind, contextBlindFrom: ends.blindFrom, oracle: ends.oracle } : {}),
    figures: Object.keys(pictures).map((name) => path.join(store.directory, "figures", name)),
    tensorboard: store.at("tensorboard"),
    report: store.at("report.md"),
    compute,
  };
  return { answer, lines: gathered.map(({ variant }) => lineOf(variant, summaries[variant.name]!)) };
}

/** One line for a person: what counts of a variant. */
function lineOf({ name, second }: Variant, { before, after }: VariantSummary): string {
  const shown = ({ mean, ci95 }: Estimate) => `${mean.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]`;
  return `${name.padEnd(20)} own context ${shown(before.own)}${second ? ` -> ${shown(after.own!)}` : ""}, offline context ${shown(before.offline)}`;
}

/** `return` and `ci95` are of the score that counts: own context, after everything the algorithm does. */
function answered({ before, after, ...rest }: VariantSummary) {
  const { mean, ci95, iqm, iqmCi95 } = after.own!;
  return { return: mean, ci95, iqm, iqmCi95, before, after, ...rest };
}

/**
 * The ends of the scale: multi-task AWAC without context after its offline phase, or where the study has none SMAC acting under its prior; and
 * SMAC with true rewards.
 */
function endsOf(gathered: readonly Gathered[]): (Ends & { blindFrom: string }) | undefined {
  const named = (name: string) => gathered.find(({ variant }) => variant.name === name);
  const [awac, smac, oracle] = [named("awac"), named("smac"), named("oracle")];
  if (!oracle || !smac) return undefined;
  return {
    oracle: estimateOf(oracle.after, "own").mean,
    ...(awac
      ? { blind: estimateOf(awac.before, "none").mean, blindFrom: "multi-task AWAC without context" }
      : { blind: estimateOf(smac.before, "none").mean, blindFrom: "SMAC under its prior" }),
  };
}
