import path from "node:path";
import { Option } from "commander";
import type { ContextSource } from "../../src/control/metaTest.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { readBundle, requireSpec } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { integer, type Verb } from "../cli.ts";
import { klShift } from "../contextShift.ts";
import { openDomain } from "../domains.ts";
import { Rollouts, weightsOf } from "../rollouts.ts";
import { paired, perAim, scoreTasks, summarise } from "../score.ts";

interface Options {
  readonly bundle: string;
  readonly against?: string;
  readonly domain?: string;
  readonly tasks: number;
  readonly taskSeed: number;
  readonly context: ContextSource;
  readonly workers: number;
  readonly explore: "default" | "prior";
  readonly begin: "start" | "anywhere";
  readonly perTask?: boolean;
}

/** Tasks on which the shift between own and offline contexts is measured: it needs several more episodes a task. */
const SHIFT_TASKS = 20;

/** The same bundle as one that remembers nothing. */
function underPrior(bundle: Bundle): Bundle {
  const { recall: _, ...metaTest } = bundle.manifest.metaTest;
  return { ...bundle, manifest: { ...bundle.manifest, metaTest } };
}

export const verb: Verb<Options> = {
  name: "evaluate",
  summary: "meta-test a bundle on held-out tasks: explore, infer the task, act",
  options: (command) => {
    command
      .requiredOption("--bundle <dir>", "what meta-train or practise wrote")
      .option("--against <dir>", "score another bundle on the same tasks and compare: this one minus that one")
      .option("--domain <name>", "refuse a bundle of another domain")
      .option("--tasks <n>", "held-out tasks", integer({ min: 1, max: 100_000 }), 100)
      .option("--task-seed <s>", "which held-out tasks: any number names a fresh set", integer(), 0)
      .addOption(
        new Option("--context <source>", "where the task is inferred from").choices(["own", "offline", "none"]).default("own"),
      )
      .addOption(
        new Option("--explore <how>", "as the bundle wants it, or under the prior alone, as the paper does")
          .choices(["default", "prior"])
          .default("default"),
      )
      .addOption(
        new Option(
          "--begin <where>",
          "the scored episode, from the start posture or from wherever 1 to 40 steps of the scripted hand lead (sawyer)",
        )
          .choices(["start", "anywhere"])
          .default("start"),
      )
      .option("--workers <n>", "processes that roll out", integer({ min: 1, max: 64 }), 2)
      .option("--per-task", "list every task's score");
  },
  run: async (options, context) => {
    const asked = (bundle: Bundle): Bundle => (options.explore === "prior" ? underPrior(bundle) : bundle);
    const bundle = asked(await readBundle(path.resolve(options.bundle)));
    const domain = await openDomain(options.domain ?? bundle.spec.name);
    requireSpec(bundle, domain.spec);
    const other = options.against === undefined ? undefined : asked(await readBundle(path.resolve(options.against)));
    if (other) requireSpec(other, domain.spec);
    const wander = options.begin === "anywhere";
    if (wander && !domain.wander)
      throw new OnarmError(
        "usage.invalid",
        `--begin anywhere: every episode of ${domain.spec.name} begins where its task says; leave the flag out`,
      );
    const rollouts = await Rollouts.open(domain.spec.name, options.workers);
    try {
      const progress = context.progress("tasks", options.tasks * (other ? 2 : 1));
      const where = { split: "test" as const, taskSeed: options.taskSeed, seed: context.seed };
      const score = async (scored: Bundle) => {
        await rollouts.load(weightsOf(scored));
        return scoreTasks(
          rollouts,
          scored,
          { ...where, tasks: options.tasks, context: options.context, ...(wander ? { wander } : {}) },
          (n) => progress.advance(n),
          context.signal,
        );
      };
      const theirs = other && (await score(other));
      const scores = await score(bundle);
      progress.finish();
      const stopped = context.signal.aborted;
      if (scores.length === 0)
        throw new OnarmError("interrupted", "evaluate: stopped before the first task was scored; there is nothing to report");
      const shift =
        options.context === "own" && !stopped ? await klShift(rollouts, bundle, scores.slice(0, SHIFT_TASKS), where) : null;
      const { tasks, ...summary } = summarise(scores, domain.spec.hasSuccess);
      return {
        ...summary,
        perAim: perAim(scores, domain.spec.hasSuccess),
        // A comparison is of the same tasks: a part of it would be none.
        ...(theirs && !stopped
          ? {
              against: {
                bundle: other!.hash,
                ...summarise(theirs, domain.spec.hasSuccess),
                paired: paired(theirs, scores, domain.spec.hasSuccess),
              },
            }
          : {}),
        klShift: shift,
        ...(wander ? { begin: options.begin } : {}),
        tasks,
        episodes: tasks * (options.context === "own" ? bundle.manifest.metaTest.explorations + 1 : 1),
        bundle: bundle.hash,
        ...(options.perTask
          ? { scores: scores.map(({ task, aim, return: r, success }) => ({ task, aim, return: r, success })) }
          : {}),
      };
    } finally {
      rollouts.close();
    }
  },
};
