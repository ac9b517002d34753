import { bootstrapMean, type BootstrapOptions, type Interval } from "./statistics.ts";

/** What a policy achieved on one validation task. `success`: a share in [0, 1], where the domain defines it. */
export interface Score {
  readonly task: number;
  readonly return: number;
  readonly success?: number;
}

/** Something that must hold whatever the scores say: weights finite, learning not diverged, hashes right. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

export interface Judgement {
  readonly verdict: "promote" | "refuse";
  /** Plain sentences; never empty. */
  readonly reasons: readonly string[];
  readonly score: "success" | "return";
  readonly tasks: number;
  /** Means of the primary score over the pairs; NaN where there are none. */
  readonly incumbent: number;
  readonly candidate: number;
  /** Candidate minus incumbent, with its interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

export interface GateInput extends BootstrapOptions {
  readonly incumbent: readonly Score[];
  readonly candidate: readonly Score[];
  readonly hasSuccess: boolean;
  readonly checks: readonly Check[];
  readonly minTasks?: number;
}

const shown = (x: number) => (Math.abs(x) >= 100 ? x.toFixed(1) : String(Number(x.toPrecision(3))));
const signed = (x: number) => (x >= 0 ? "+" : "") + shown(x);
const listed = (tasks: readonly number[]) => tasks.slice(0, 5).join(", ") + (tasks.length > 5 ? ", ..." : "");

const twice = (scores: readonly Score[]): number[] => {
  const seen = new Set<number>();
  return scores.filter(({ task }) => seen.size === seen.add(task).size).map(({ task }) => task);
};

/** Everything that makes the scores unfit for a comparison. */
function objections(
  { incumbent, candidate, checks, minTasks = 20 }: GateInput,
  values: readonly number[],
  score: string,
): string[] {
  const reasons: string[] = [];
  for (const { name, ok, detail } of checks)
    if (!ok) reasons.push(detail === undefined ? `${name} failed` : `${name} failed: ${detail}`);
  for (const [who, scores] of [["incumbent", incumbent] as const, ["candidate", candidate] as const]) {
    const repeated = twice(scores);
    if (repeated.length > 0) reasons.push(`the ${who} has more than one score for task ${listed(repeated)}`);
  }
  const of = (scores: readonly Score[]) => new Set(scores.map(({ task }) => task));
  const [a, b] = [of(incumbent), of(candidate)];
  const unpaired = [...[...a].filter((task) => !b.has(task)), ...[...b].filter((task) => !a.has(task))];
  if (unpaired.length > 0)
    reasons.push(`both must be tried on the same tasks, but ${unpaired.length} were met by one alone (task ${listed(unpaired)})`);
  if (!(a.size >= Math.max(1, minTasks)))
    reasons.push(`${a.size} tasks are too few to judge by; at least ${minTasks} are needed`);
  if (!values.every(Number.isFinite)) reasons.push(`a ${score} is missing or not a finite number`);
  return reasons;
}

/**
 * May these weights drive? Promotes only when every check holds and the lower end of the paired interval of (candidate - incumbent)
 * on the primary score - success where the domain defines it, else return - is above zero. Total: any input gets a verdict, and
 * the same scores in any order the same one.
 */
export function judgeCandidate(input: GateInput): Judgement {
  const score = input.hasSuccess ? "success" : "return";
  const value = (entry: Score | undefined) => entry?.[score] ?? NaN;
  const theirs = new Map(input.candidate.map((entry) => [entry.task, entry]));
  const pairs = input.incumbent
    .filter(({ task }) => theirs.has(task))
    .sort((a, b) => a.task - b.task)
    .map((entry) => [value(entry), value(theirs.get(entry.task))] as const);
  const mean = (side: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const reasons = objections(
    input,
    [...input.incumbent, ...input.candidate].flatMap((entry) => [value(entry), entry.return]),
    score,
  );
  const interval: Interval =
    reasons.length > 0
      ? { mean: mean(1) - mean(0), low: NaN, high: NaN }
      : bootstrapMean(
          pairs.map(([before, after]) => after - before),
          input,
        );
  const { low, high, mean: difference } = interval;
  const promote = reasons.length === 0 && low > 0;
  if (reasons.length === 0) {
    const finding = promote ? "better" : high < 0 ? "worse" : "not shown to be better";
    const share = Math.round((input.level ?? 0.95) * 1000) / 10;
    reasons.push(
      `${finding}: ${score} ${shown(mean(1))} against ${shown(mean(0))} over ${pairs.length} tasks, ` +
        `difference ${signed(difference)}, ${share} % interval ${signed(low)} to ${signed(high)}`,
    );
  }
  return {
    verdict: promote ? "promote" : "refuse",
    reasons,
    score,
    tasks: pairs.length,
    incumbent: mean(0),
    candidate: mean(1),
    difference,
    low,
    high,
  };
}
