import { secondPhase } from "../../src/learning/algorithms.ts";
import type { AlgorithmName } from "../../src/learning/algorithms.ts";

/** Experiments beside an algorithm's own second phase, all on SMAC: see launch/practice.ts. "true-rewards" is the oracle. */
export const CONTROLS = ["true-rewards", "offline-only", "random-labels"] as const;
export type Control = (typeof CONTROLS)[number];

/** Everything that decides a study's numbers. Plain JSON; two studies are the same when all of it is equal. */
export interface StudyConfig {
  readonly domain: string;
  readonly algos: readonly AlgorithmName[];
  readonly controls: readonly Control[];
  readonly seeds: readonly number[];
  /** sha-256 of data that were given and serve every seed; absent where each seed has its own made. */
  readonly dataset?: string;
  /** Offline data of each seed, where they are made: training tasks, episodes of each. */
  readonly trainTasks: number;
  readonly episodes: number;
  /** Offline phase: updates, and those of algorithms that take another number of them. */
  readonly updates: number;
  readonly updatesOf: Readonly<Partial<Record<AlgorithmName, number>>>;
  /** Second phase: steps in the environment. */
  readonly steps: number;
  /** Second phase by fine-tuning on each task: rounds, and on how many of the held-out tasks. */
  readonly rounds: number;
  readonly fineTuneTasks: number;
  /** Held-out test tasks of every score, the same for all. */
  readonly taskSeed: number;
  readonly tasks: number;
  /** Validation tasks scored again and again for the learning curves. 0: none. */
  readonly curveTasks: number;
  readonly preset: string;
  /** Single keys laid over each algorithm's config. */
  readonly over: Readonly<Record<string, unknown>>;
  /** Processes that roll out for one cell: a part of what a seed repeats. */
  readonly workers: number;
}

/** "offline", or what follows it. */
export type Phase = "offline" | "self" | "fine-tune" | Control;

/** One piece of work whose result is one file. `needs`: cells whose results it reads. `work`: about how long, in updates. */
interface Piece {
  readonly id: string;
  readonly seed: number;
  readonly needs: readonly string[];
  readonly work: number;
}
export interface DatasetCell extends Piece {
  readonly kind: "dataset";
}
export interface LearningCell extends Piece {
  readonly kind: "train" | "score" | "fine-tune";
  readonly algo: AlgorithmName;
  readonly phase: Phase;
}
export type Cell = DatasetCell | LearningCell;

const SECOND = { practice: "self", rewarded: "true-rewards", "fine-tune": "fine-tune" } as const;
/** What follows an algorithm's offline phase; null: nothing. */
const secondOf = (algo: AlgorithmName) => {
  const second = secondPhase(algo);
  return second && SECOND[second];
};

export const datasetId = (seed: number) => `${seed}-dataset`;
export const trainId = (seed: number, algo: AlgorithmName, phase: Phase) => `${seed}-${algo}-${phase}-train`;
export const scoreId = (seed: number, algo: AlgorithmName, phase: Phase) => `${seed}-${algo}-${phase}-score`;

/** Work in units of one update: an update of a second-order method and a step in an environment, by rough measure. */
const UPDATE: Partial<Record<AlgorithmName, number>> = { macaw: 5 };
const STEP = 0.05;

export const updatesOf = (study: Pick<StudyConfig, "updates" | "updatesOf">, algo: AlgorithmName): number =>
  study.updatesOf[algo] ?? study.updates;

/** The cells of a study, seed by seed, so that an unfinished study has whole seeds. `horizon` in steps an episode. */
export function planOf(study: StudyConfig, horizon: number): Cell[] {
  const episodes = (count: number) => count * horizon * STEP;
  return study.seeds.flatMap((seed): Cell[] => {
    const dataset: DatasetCell = {
      kind: "dataset",
      id: datasetId(seed),
      seed,
      needs: [],
      work: episodes(study.trainTasks * study.episodes),
    };
    const scored = (algo: AlgorithmName, phase: Phase): LearningCell => ({
      kind: "score",
      id: scoreId(seed, algo, phase),
      seed,
      algo,
      phase,
      needs: [trainId(seed, algo, phase)],
      work: episodes(study.tasks * 9),
    });
    const trained = (algo: AlgorithmName, phase: Phase): LearningCell => ({
      kind: "train",
      id: trainId(seed, algo, phase),
      seed,
      algo,
      phase,
      needs: [...(study.dataset ? [] : [dataset.id]), ...(phase === "offline" ? [] : [trainId(seed, algo, "offline")])],
      work:
        (UPDATE[algo] ?? 1) * (phase === "offline" ? updatesOf(study, algo) : study.steps * 0.5) +
        episodes(20 * 3 * study.curveTasks),
    });
    const tuned = (algo: AlgorithmName): LearningCell => ({
      kind: "fine-tune",
      id: scoreId(seed, algo, "fine-tune"),
      seed,
      algo,
      phase: "fine-tune",
      needs: [trainId(seed, algo, "offline")],
      work: study.fineTuneTasks * (study.rounds + 1) * 400,
    });
    return [
      ...(study.dataset ? [] : [dataset]),
      ...study.algos.flatMap((algo) =>
        phasesOf(study, algo).flatMap((phase) =>
          phase === "fine-tune" ? [tuned(algo)] : [trained(algo, phase), scored(algo, phase)],
        ),
      ),
    ];
  });
}

/** Phases of an algorithm in this study, "offline" first. */
export function phasesOf(study: Pick<StudyConfig, "controls">, algo: AlgorithmName): Phase[] {
  const second = secondOf(algo);
  return ["offline", ...(second ? [second] : []), ...(algo === "smac" ? study.controls : [])];
}

/** A row of a study's table: an algorithm with its own second phase, or one of SMAC's controls. */
export interface Variant {
  readonly name: string;
  readonly algo: AlgorithmName;
  readonly second: Exclude<Phase, "offline"> | null;
}

const CONTROL_NAMES: Readonly<Record<Control, string>> = {
  "true-rewards": "oracle",
  "offline-only": "smac-offline-only",
  "random-labels": "smac-random-labels",
};

export const variantsOf = (study: Pick<StudyConfig, "algos" | "controls">): Variant[] =>
  study.algos.flatMap((algo): Variant[] => [
    { name: algo, algo, second: secondOf(algo) },
    ...(algo === "smac"
      ? study.controls.map((control): Variant => ({ name: CONTROL_NAMES[control], algo, second: control }))
      : []),
  ]);
