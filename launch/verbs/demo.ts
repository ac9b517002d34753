import path from "node:path";
import { fileURLToPath } from "node:url";
import { integer, type Verb } from "../cli.ts";
import { openDemoPage } from "../demoPage.ts";
import { improve } from "../improve.ts";
import { readInputs } from "../improveInputs.ts";
import { pageFlags, pageOptions, type PageFlags } from "../pageFlags.ts";

interface Options extends PageFlags {
  readonly steps: number;
  readonly tasks: number;
  readonly taskSeed?: number;
  readonly validation: number;
  readonly bundle?: string;
  readonly dataset?: string;
  readonly workers: number;
}

/** What ships with the repository: made by the very commands its manifests name. */
const shipped = (name: string) => fileURLToPath(new URL(`../../shipped/sawyer/${name}`, import.meta.url));

export const verb: Verb<Options> = {
  name: "demo",
  summary: "the whole loop on the embedded arm: score, practise without rewards, fine-tune, gate, score (npm start)",
  options: (command) => {
    pageFlags(command)
      .option("--headless", "no page: lockstep alone")
      .option("--steps <n>", "reward-free policy steps", integer({ min: 1, max: 1_000_000 }), 30_000)
      .option("--tasks <n>", "held-out test tasks scored before and after", integer({ min: 1, max: 10_000 }), 100)
      .option("--task-seed <s>", "which held-out test tasks; the seed of the run when left out", integer())
      .option("--validation <n>", "validation tasks the gate compares on", integer({ min: 20, max: 10_000 }), 200)
      .option("--bundle <dir>", "start from this bundle instead of the shipped one")
      .option("--dataset <dir>", "its offline data")
      .option("--workers <n>", "processes that roll out (part of what a seed repeats)", integer({ min: 1, max: 64 }), 2);
  },
  run: async (options, context) => {
    const inputs = {
      bundle: path.resolve(options.bundle ?? shipped("bundle")),
      dataset: path.resolve(options.dataset ?? shipped("dataset")),
    };
    // Refused before a page opens or an arm starts.
    const place = pageOptions(options);
    await readInputs(inputs, context);
    const page = place && (await openDemoPage(place, context));
    try {
      return await improve(
        {
          ...inputs,
          steps: options.steps,
          control: "self",
          tasks: options.tasks,
          taskSeed: options.taskSeed ?? context.seed,
          validationTasks: options.validation,
          workers: options.workers,
          directory: path.resolve(context.out ?? `out/demo-${context.seed}`),
          resume: false,
          ...(page ? page.hooks : {}),
        },
        context,
      );
    } finally {
      await page?.close();
    }
  },
};
