import type { ContextSource } from "../../src/control/metaTest.ts";
import { estimate } from "./bootstrap.ts";
import type { Estimate } from "./bootstrap.ts";
import { noCompute, plus } from "./compute.ts";
import type { Compute } from "./compute.ts";
import { scoreId, trainId } from "./plan.ts";
import type { Phase, StudyConfig, Variant } from "./plan.ts";
import type { ScoreResult, TrainResult } from "./results.ts";

/** Results of one variant, seed by seed. `before`: after the offline phase; `after`: after the second, the same where there is none. */
export interface Gathered {
  readonly variant: Variant;
  readonly before: readonly ScoreResult[];
  readonly after: readonly ScoreResult[];
  readonly offline: readonly TrainResult[];
  /** Empty where there is no second phase, and for one of fine-tuning. */
  readonly second: readonly TrainResult[];
}

/** What an algorithm reached, over seeds and tasks. `null`: there is no such thing for this algorithm. */
export interface VariantSummary {
  readonly before: Readonly<Record<ContextSource, Estimate>>;
  readonly after: Readonly<Partial<Record<ContextSource, Estimate>>>;
  /** Own context, mean over tasks, of each seed. */
  readonly seeds: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** After minus before, own context. */
  readonly gain: Estimate;
  /** KL(q(z|h) || p) of own and offline contexts and the normalised shift, means over seeds; nats. */
  readonly shift: { readonly before: Shift; readonly after: Shift } | null;
  readonly decoder: { readonly measure: "r2" | "auc"; readonly mean: number; readonly least: number } | null;
  /** Return under offline contexts minus under own ones; `left`: after as a share of before, null where there was no gap. */
  readonly gap: { readonly before: number; readonly after: number; readonly left: number | null } | null;
  /** (own context after - context-blind) / (oracle - context-blind). */
  readonly share: number | null;
  readonly compute: Compute;
}
export interface Shift {
  readonly klOwn: number;
  readonly klOffline: number;
  readonly normalised: number;
}

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

export const matrix = (results: readonly ScoreResult[], context: ContextSource): number[][] =>
  results.map(({ scores }) => scores[context].map((row) => row.return));

export const estimateOf = (results: readonly ScoreResult[], context: ContextSource): Estimate =>
  estimate(matrix(results, context));

/** After minus before, task by task; only tasks that both scored. */
function gainOf({ before, after }: Gathered): Estimate {
  const differences = after.map(({ scores }, s) => {
    const then = new Map(before[s]!.scores.own.map((row) => [row.task, row.return]));
    return scores.own.map((row) => row.return - (then.get(row.task) ?? NaN));
  });
  return estimate(differences);
}

function shiftOf(results: readonly ScoreResult[]): Shift | null {
  const known = results.flatMap(({ shift }) => shift ?? []);
  if (known.length < results.length || known.length === 0) return null;
  return {
    klOwn: mean(known.map((k) => k.klOwn)),
    klOffline: mean(known.map((k) => k.klOffline)),
    normalised: mean(known.map((k) => k.normalised)),
  };
}

function decoderOf(results: readonly TrainResult[]): VariantSummary["decoder"] {
  const known = results.flatMap(({ decoder }) => decoder ?? []);
  if (known.length === 0) return null;
  const values = known.map((quality) => ("r2" in quality ? quality.r2 : quality.auc));
  return { measure: "r2" in known[0]! ? "r2" : "auc", mean: mean(values), least: Math.min(...values) };
}

/** The two ends of the scale that shares are told on; undefined where the study has not both. */
export interface Ends {
  readonly blind: number;
  readonly oracle: number;
}

export function summarise(gathered: Gathered, ends: Ends | undefined): VariantSummary {
  const { before, after, offline, second } = gathered;
  const own = estimateOf(after, "own");
  const was = (["own", "offline", "none"] as const).map((context) => [context, estimateOf(before, context)] as const);
  const now = (["own", "offline", "none"] as const)
    .filter((context) => after.every(({ scores }) => scores[context].length > 0))
    .map((context) => [context, estimateOf(after, context)] as const);
  const [beforeBy, afterBy] = [Object.fromEntries(was), Object.fromEntries(now)] as unknown as [
    VariantSummary["before"],
    VariantSummary["after"],
  ];
  const [shiftBefore, shiftAfter] = [shiftOf(before), shiftOf(after)];
  const gap = beforeBy.offline.mean - beforeBy.own.mean;
  const gapAfter = (afterBy.offline?.mean ?? NaN) - own.mean;
  return {
    before: beforeBy,
    after: afterBy,
    seeds: { before: matrix(before, "own").map(mean), after: matrix(after, "own").map(mean) },
    gain: gainOf(gathered),
    shift: shiftBefore && shiftAfter ? { before: shiftBefore, after: shiftAfter } : null,
    decoder: decoderOf(offline),
    gap: shiftAfter && gathered.variant.second ? { before: gap, after: gapAfter, left: gap > 0 ? gapAfter / gap : null } : null,
    share: ends ? (own.mean - ends.blind) / (ends.oracle - ends.blind) : null,
    compute: [...offline, ...second, ...before, ...(after === before ? [] : after)]
      .map(({ compute }) => compute)
      .reduce(plus, noCompute),
  };
}

/** Reads a variant's results; undefined when some are missing. */
export async function gather(
  variant: Variant,
  study: StudyConfig,
  read: <R>(id: string) => Promise<R | undefined>,
): Promise<Gathered | undefined> {
  const { algo, second } = variant;
  const all = async <R>(id: (seed: number) => string): Promise<R[] | undefined> => {
    const found = await Promise.all(study.seeds.map((seed) => read<R>(id(seed))));
    return found.every((result) => result !== undefined) ? (found as R[]) : undefined;
  };
  const scores = (phase: Phase) => all<ScoreResult>((seed) => scoreId(seed, algo, phase));
  const trained = (phase: Phase) => all<TrainResult>((seed) => trainId(seed, algo, phase));
  const [before, offline] = [await scores("offline"), await trained("offline")];
  const after = second ? await scores(second) : before;
  const practised = second && second !== "fine-tune" ? await trained(second) : [];
  return before && offline && after && practised ? { variant, before, after, offline, second: practised } : undefined;
}
