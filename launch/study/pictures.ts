import type { Domain } from "../domains.ts";
import { curvesFigure } from "./figures/curves.ts";
import type { Curve } from "./figures/curves.ts";
import { latentsFigure } from "./figures/latents.ts";
import type { LatentPanel } from "./figures/latents.ts";
import { returnsFigure } from "./figures/returns.ts";
import type { StudyConfig } from "./plan.ts";
import { principalPlane } from "./projection.ts";
import type { ScoreResult, TrainResult } from "./results.ts";
import type { Ends, Gathered, VariantSummary } from "./summary.ts";

/** A study's figures by file name. */
export function picturesOf(
  study: StudyConfig,
  domain: Domain,
  gathered: readonly Gathered[],
  summaries: Readonly<Record<string, VariantSummary>>,
  ends: Ends | undefined,
): Record<string, string> {
  const seeds = `${study.seeds.length} seed${study.seeds.length === 1 ? "" : "s"}`;
  const rows = gathered.map(({ variant: { name, second } }) => {
    const { before, after } = summaries[name]!;
    return { name, before, after: second ? { own: after.own!, offline: after.offline } : undefined };
  });
  const lines = ends
    ? [
        { name: "context-blind", at: ends.blind },
        { name: "oracle", at: ends.oracle },
      ]
    : [];
  return {
    "returns.svg": returnsFigure(`${study.domain}: return before and after the second phase, ${seeds}`, rows, lines),
    ...Object.fromEntries(
      gathered
        .filter(shown)
        .map((one) => [
          `latents-${one.variant.name}.svg`,
          latentsFigure(
            `${study.domain}: beliefs of ${study.tasks} held-out tasks, ${one.variant.name}, seed ${study.seeds[0]}`,
            latentPanels(study, domain, one),
            domain.goal ? "the task's goal" : "the task's aim",
          ),
        ]),
    ),
    ...(study.curveTasks > 0
      ? {
          "curves.svg": curvesFigure(
            `${study.domain}: own-context return on ${study.curveTasks} validation tasks, ${seeds}`,
            curvePanels(gathered),
          ),
        }
      : {}),
  };
}

/** What has a z to draw, and is no control: those differ from SMAC in labels, which the tables tell. */
const shown = ({ variant, before }: Gathered) =>
  (variant.name === variant.algo || variant.name === "oracle") && (before[0]?.scores.own[0]?.mean.length ?? 0) >= 2;

/** Each panel has the plane of its own offline beliefs: what an axis means does not outlive training. */
function latentPanels(study: StudyConfig, domain: Domain, { variant, before, after }: Gathered): LatentPanel[] {
  const hues = huesOf(study, domain);
  const panel = (name: string, { scores }: ScoreResult): LatentPanel => {
    const plane = principalPlane(scores.offline.map((row) => row.mean));
    const of = (rows: ScoreResult["scores"]["own"]) =>
      rows.map((row) => ({ at: plane.project(row.mean), hue: hues[row.task] ?? 0 }));
    return { name, offline: of(scores.offline), own: of(scores.own), carried: plane.carried };
  };
  return [panel("after the offline phase", before[0]!), ...(variant.second ? [panel("after the second phase", after[0]!)] : [])];
}

/** A place from 0 to 1 for each task: by its goal's angle or size where it can be told in numbers, else by its aim. */
function huesOf(study: StudyConfig, domain: Domain): number[] {
  const tasks = Array.from({ length: study.tasks }, (_, id) => domain.task("test", study.taskSeed, id));
  const aims = [...new Set(tasks.map(domain.aim))].sort();
  const values = tasks.map((task) => {
    const goal = domain.goal?.(task);
    return goal === undefined ? aims.indexOf(domain.aim(task)) : goal.length === 1 ? goal[0]! : Math.atan2(goal[1]!, goal[0]!);
  });
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (high > low ? (value - low) / (high - low) : 0.5));
}

function curvePanels(gathered: readonly Gathered[]) {
  const offline = gathered.filter(({ variant }) => variant.name === variant.algo);
  const second = gathered.filter((one) => one.second.length > 0);
  const curve = (name: string, runs: readonly TrainResult[], x: "updates" | "steps"): Curve => ({
    name,
    // Seeds meet the same points, but an interrupted run may miss one of a second phase: only those that all have.
    points: (runs[0]?.curve ?? []).flatMap((point, i) => {
      const values = runs.flatMap((run) => run.curve[i]?.validation ?? []);
      return values.length === runs.length ? [{ x: point[x], values }] : [];
    }),
  });
  /** A second phase begins where the offline phase ended. */
  const continued = ({ variant, offline, second }: Gathered): Curve => {
    const last = offline.map((run) => ({ ...run, curve: run.curve.slice(-1).map((point) => ({ ...point, steps: 0 })) }));
    return {
      name: variant.name,
      points: [...curve("", last, "steps").points, ...curve("", second, "steps").points],
    };
  };
  const panels = [
    { name: "offline phase", axis: "updates", curves: offline.map((g) => curve(g.variant.name, g.offline, "updates")) },
    {
      name: "second phase",
      axis: "steps in the environment",
      curves: second.map(continued),
    },
  ];
  return panels.filter((panel) => panel.curves.length > 0);
}
