import path from "node:path";
import { Option } from "commander";
import { OnarmError } from "../../src/domain/errors.ts";
import { requireCheckpoint } from "../../src/learning/checkpoint.ts";
import { integer, type Verb } from "../cli.ts";
import { openDemoPage } from "../demoPage.ts";
import { improve } from "../improve.ts";
import { readInputs } from "../improveInputs.ts";
import { pageFlags, pageOptions, type PageFlags } from "../pageFlags.ts";
import type { PracticeKind } from "../practice.ts";
import { asksForSite, practiceSite, type SiteFlags } from "../practiceSite.ts";
import { checkpointIn } from "../selfSupervise.ts";

interface Options extends PageFlags, SiteFlags {
  readonly bundle: string;
  readonly dataset: string;
  readonly steps: number;
  readonly arm: string;
  readonly control: PracticeKind;
  readonly tasks: number;
  readonly taskSeed: number;
  readonly validation: number;
  readonly resume?: boolean;
  readonly workers: number;
}

export const verb: Verb<Options> = {
  name: "practise",
  summary: "self-supervised phase: practise without rewards, fine-tune, let the gate decide",
  options: (command) => {
    pageFlags(command)
      .requiredOption("--bundle <dir>", "the bundle that drives and is improved")
      .requiredOption("--dataset <dir>", "the offline data it was made from")
      .option("--steps <n>", "reward-free policy steps", integer({ min: 1, max: 10_000_000 }), 10000)
      .addOption(new Option("--arm <name>", "which arm practises").choices(["sim"]).default("sim"))
      .addOption(
        new Option("--control <kind>", "what is learned from; anything but self is an experiment that the gate never promotes")
          .choices(["self", "offline-only", "random-labels", "true-rewards"])
          .default("self"),
      )
      .option("--site <file>", "practise in a lab's one scene: the file tells it, and which training tasks could be meant there")
      .option("--scene <n>", "the same in the scene of training task n", integer())
      .option("--label-tasks <list>", "with --scene: numbers of training tasks, as 3,17,40; every one that fits when left out")
      .option(
        "--test-scenes <n>",
        "practise in the scenes of the first n test tasks of --task-seed, never told what they want",
        integer({ min: 1, max: 100_000 }),
      )
      .option("--headless", "no page")
      .option("--tasks <n>", "held-out test tasks scored before and after", integer({ max: 100_000 }), 60)
      .option("--task-seed <s>", "which held-out test tasks", integer(), 0)
      .option("--validation <n>", "validation tasks the gate compares on", integer({ min: 20, max: 100_000 }), 60)
      .option("--resume", "go on from the checkpoint in --out; bit for bit, but an arm starts from its first posture again")
      .option("--workers <n>", "processes that roll out (part of what a seed repeats)", integer({ min: 1, max: 64 }), 2);
  },
  run: async (options, context) => {
    if (options.arm !== "sim") throw new OnarmError("usage.invalid", `--arm ${options.arm}: only sim exists so far`);
    const place = pageOptions(options);
    const inputs = { bundle: path.resolve(options.bundle), dataset: path.resolve(options.dataset) };
    const directory = path.resolve(context.out ?? `out/practise-${context.seed}`);
    // Refused before a page opens or an arm starts.
    if (options.resume) await requireCheckpoint(checkpointIn(directory));
    const one = asksForSite(options);
    const { domain, training } = await readInputs(inputs, context);
    if (one && domain.arm !== "twin")
      throw new OnarmError(
        "usage.invalid",
        `practise: the domain ${domain.spec.name} has no scenes; leave --scene, --site and --test-scenes out`,
      );
    const site = one ? practiceSite(options, training) : undefined;
    if (site)
      context.log(
        `practice in ${site.scenes.length === 1 ? "one scene" : `${site.scenes.length} scenes`}; each rollout is labelled as one of ${site.labelTasks.length} training tasks: ${site.aims}`,
      );
    const shown = domain.arm === "twin";
    if (place && !shown) context.log(`no page: the domain ${domain.spec.name} has no arm to show or to stop`);
    const page = place && shown ? await openDemoPage(place, context) : undefined;
    try {
      const result = await improve(
        {
          ...inputs,
          steps: options.steps,
          control: options.control,
          ...(site ? { site } : {}),
          tasks: options.tasks,
          taskSeed: options.taskSeed,
          validationTasks: options.validation,
          workers: options.workers,
          directory,
          resume: options.resume ?? false,
          ...(page ? page.hooks : {}),
        },
        context,
      );
      return { ...result, ...(site ? { labelTasks: site.labelTasks } : {}) };
    } finally {
      await page?.close();
    }
  },
};
